# find_package(ropar) -> the targets ropar::ropar (shared) and, where the static library is installed, ropar::static.
#
# Lies in PREFIX/lib/cmake/ropar; everything is found relative to it, so that an installation may be moved.
get_filename_component(_ropar_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET ropar::ropar)
    add_library(ropar::ropar SHARED IMPORTED)
    set_target_properties(ropar::ropar PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${_ropar_prefix}/include"
        INTERFACE_COMPILE_FEATURES "c_std_99")
    if(WIN32)
        set_target_properties(ropar::ropar PROPERTIES IMPORTED_LOCATION "${_ropar_prefix}/bin/ropar.dll")
        foreach(_ropar_import ropar.dll.lib libropar.dll.a)
            if(EXISTS "${_ropar_prefix}/lib/${_ropar_import}")
                set_target_properties(ropar::ropar PROPERTIES IMPORTED_IMPLIB "${_ropar_prefix}/lib/${_ropar_import}")
            endif()
        endforeach()
    elseif(APPLE)
        set_target_properties(ropar::ropar PROPERTIES IMPORTED_LOCATION "${_ropar_prefix}/lib/libropar.dylib")
    else()
        set_target_properties(ropar::ropar PROPERTIES IMPORTED_LOCATION "${_ropar_prefix}/lib/libropar.so")
    endif()
endif()

set(_ropar_static "${_ropar_prefix}/lib/libropar.a")
if(EXISTS "${_ropar_static}" AND NOT TARGET ropar::static)
    add_library(ropar::static STATIC IMPORTED)
    set_target_properties(ropar::static PROPERTIES
        IMPORTED_LOCATION "${_ropar_static}"
        INTERFACE_INCLUDE_DIRECTORIES "${_ropar_prefix}/include"
        INTERFACE_COMPILE_DEFINITIONS "ROPAR_STATIC")
    if(UNIX AND NOT APPLE)
        set_target_properties(ropar::static PROPERTIES INTERFACE_LINK_LIBRARIES "pthread;dl;m")
    elseif(WIN32)
        set_target_properties(ropar::static PROPERTIES INTERFACE_LINK_LIBRARIES "ws2_32;userenv;ntdll;bcrypt")
    endif()
endif()

# The folder for ropar_add_search_folder where a program does not lie beside the library.
set(ropar_MODELS_DIR "${_ropar_prefix}/share/ropar/models")
unset(_ropar_static)
unset(_ropar_prefix)
