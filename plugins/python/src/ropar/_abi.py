"""`ropar.h` in ctypes, name by name. What the functions do, and for how long pointers live, is said there.

A test compares every struct, constant and function with what a C compiler makes of the header.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_double, c_float, c_int32, c_uint8, c_uint32, c_uint64, c_void_p
from typing import Any

ABI_VERSION = 1

OK = 0
ERROR_INTERNAL = 1
ERROR_ARGUMENT = 2
ERROR_INPUT = 3
ERROR_PACKAGE = 4
ERROR_RUNTIME = 5
ERROR_OUTPUT = 6
ERROR_HANDLE = 7
ERROR_UNSUPPORTED = 8
ERROR_BUSY = 9
CANCELLED = 130

LOG_ERROR = 1
LOG_WARN = 2
LOG_INFO = 3
LOG_DEBUG = 4

CELL_MASKED = 0
CELL_KNOWN = 1
CELL_NOISY = 2
CELL_PADDING = 3

NODE_JOINT = 0
NODE_TIP = 1
NODE_GROUP = 2

GUIDANCE_NONE = -1.0

PROGRESS = ctypes.CFUNCTYPE(c_int32, c_float, c_void_p)
LOG = ctypes.CFUNCTYPE(None, c_int32, c_char_p, c_char_p, c_void_p)

#: All handles. ctypes gives them out as integers, `None` for NULL.
HANDLE = c_void_p


class Sized(ctypes.Structure):
    """A struct that begins with its own size; the rest is zero unless given."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(size=ctypes.sizeof(type(self)), **fields)


class Error(Sized):
    _fields_ = [("size", c_uint32), ("status", c_int32), ("message", c_char * 1024), ("hint", c_char * 512)]


class EngineOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("threads", c_uint32),
        ("package", c_char_p),
        ("backend", c_char_p),
        ("provider", c_char_p),
        ("runtime_library", c_char_p),
    ]


class EngineDescription(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("frame_rate", c_float),
        ("shortest_seconds", c_float),
        ("longest_seconds", c_float),
        ("max_prompt_characters", c_uint32),
        ("frames_per_token", c_uint32),
        ("max_tokens_per_window", c_uint32),
        ("latent_size", c_uint32),
        ("part_count", c_uint32),
        ("default_iterations", c_uint32),
        ("default_steps", c_uint32),
        ("default_guidance", c_float),
        ("commercial_use", c_uint32),
        ("threads", c_uint32),
        ("part_names", POINTER(c_char_p)),
        ("package_name", c_char_p),
        ("package_version", c_char_p),
        ("package_folder", c_char_p),
        ("licence", c_char_p),
        ("licence_notice", c_char_p),
        ("backend", c_char_p),
        ("provider", c_char_p),
    ]


class MotionView(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("fps", c_float),
        ("frames", c_uint64),
        ("joints", c_uint32),
        ("contact_count", c_uint32),
        ("root", POINTER(c_float)),
        ("rotations", POINTER(c_float)),
        ("positions", POINTER(c_float)),
        ("confidences", POINTER(c_float)),
        ("contacts", POINTER(c_float)),
        ("joint_names", POINTER(c_char_p)),
        ("parents", POINTER(c_int32)),
        ("rest_offsets", POINTER(c_float)),
        ("metadata", c_char_p),
        ("warnings", c_char_p),
    ]


class MotionArrays(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("fps", c_float),
        ("frames", c_uint64),
        ("root", POINTER(c_float)),
        ("rotations", POINTER(c_float)),
        ("positions", POINTER(c_float)),
        ("confidences", POINTER(c_float)),
        ("contacts", POINTER(c_float)),
        ("metadata", c_char_p),
    ]


class GenerateOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("seconds", c_float),
        ("seed", c_uint64),
        ("guidance", c_float),
        ("iterations", c_uint32),
        ("steps", c_uint32),
        ("keep_feet", c_uint32),
        ("progress", PROGRESS),
        ("user", c_void_p),
    ]


class RedoOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("start", c_float),
        ("end", c_float),
        ("guidance", c_float),
        ("seed", c_uint64),
        ("progress", PROGRESS),
        ("user", c_void_p),
        ("in_step", c_uint32),
        ("reserved", c_uint32),
    ]


class GridDescription(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("frame_rate", c_float),
        ("frames", c_uint64),
        ("tokens", c_uint64),
        ("parts", c_uint32),
        ("latent_size", c_uint32),
        ("frames_per_token", c_uint32),
        ("reserved", c_uint32),
        ("masked", c_uint64),
    ]


class RigArrays(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("nodes", c_uint64),
        ("names", POINTER(c_char_p)),
        ("parents", POINTER(c_int32)),
        ("rest", POINTER(c_double)),
        ("kinds", POINTER(c_uint8)),
    ]


class MappingView(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("root", c_int32),
        ("family", c_char_p),
        ("joints", POINTER(c_int32)),
        ("confidences", POINTER(c_float)),
        ("spine_count", c_uint64),
        ("spine", POINTER(c_int32)),
        ("neck_count", c_uint64),
        ("neck", POINTER(c_int32)),
        ("finger_count", c_uint64),
        ("finger_names", POINTER(c_char_p)),
        ("finger_nodes", POINTER(c_int32)),
        ("finger_confidences", POINTER(c_float)),
        ("twist_count", c_uint64),
        ("twist_nodes", POINTER(c_int32)),
        ("twist_segments", POINTER(c_int32)),
        ("twist_places", POINTER(c_float)),
        ("warnings", c_char_p),
    ]


class RetargetOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("ignore_contacts", c_uint32),
        ("in_place", c_uint32),
        ("reserved", c_uint32),
        ("hand_contacts", c_uint32),
        ("ground_root", c_uint32),
    ]


class RetargetedView(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("fps", c_float),
        ("frames", c_uint64),
        ("nodes", c_uint64),
        ("rotations", POINTER(c_double)),
        ("translations", POINTER(c_double)),
        ("report", c_char_p),
    ]


class TakeArrays(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("fps", c_float),
        ("frames", c_uint64),
        ("rotations", POINTER(c_double)),
        ("translations", POINTER(c_double)),
        ("ignore_contacts", c_uint32),
        ("reserved", c_uint32),
    ]


class RetargetFileOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("ignore_contacts", c_uint32),
        ("in_place", c_uint32),
        ("reserved", c_uint32),
        ("take", c_char_p),
        ("mapping_json", c_char_p),
        ("hand_contacts", c_uint32),
        ("ground_root", c_uint32),
        ("source_mapping_json", c_char_p),
        ("fps", c_double),
        ("character", c_uint32),
        ("source_character", c_uint32),
    ]


class ConvertOptions(Sized):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("take", c_char_p),
        ("fps", c_double),
        ("start", c_double),
        ("end", c_double),
        ("metres_per_unit", c_double),
    ]


_ERROR = POINTER(Error)
#: A `char *` of the library: kept as a number, so that it can be freed.
_TEXT_OUT = POINTER(c_void_p)
_HANDLE_OUT = POINTER(c_void_p)

#: Functions that answer a status and take the error as their last parameter, with their other parameters.
CHECKED: dict[str, list[Any]] = {
    "ropar_set_log": [LOG, c_void_p, c_int32],
    "ropar_add_search_folder": [c_char_p],
    "ropar_engine_open": [POINTER(EngineOptions), _HANDLE_OUT],
    "ropar_engine_describe": [HANDLE, POINTER(EngineDescription)],
    "ropar_engine_info": [HANDLE, _TEXT_OUT],
    "ropar_engine_part_joints": [HANDLE, c_char_p, POINTER(c_uint32), c_uint64, POINTER(c_uint64)],
    "ropar_motion_from_arrays": [POINTER(MotionArrays), _HANDLE_OUT],
    "ropar_motion_get": [HANDLE, POINTER(MotionView)],
    "ropar_motion_resample": [HANDLE, c_float, _HANDLE_OUT],
    "ropar_motion_read": [c_char_p, _HANDLE_OUT],
    "ropar_motion_write": [HANDLE, c_char_p, c_float],
    "ropar_motion_write_over": [HANDLE, c_char_p, c_char_p, POINTER(c_uint32), c_uint64],
    "ropar_generate": [HANDLE, c_char_p, POINTER(GenerateOptions), _HANDLE_OUT],
    "ropar_redo": [HANDLE, HANDLE, POINTER(c_char_p), c_uint64, c_char_p, POINTER(RedoOptions), _HANDLE_OUT],
    "ropar_grid_new": [HANDLE, c_uint64, _HANDLE_OUT],
    "ropar_grid_encode": [HANDLE, HANDLE, c_float, _HANDLE_OUT],
    "ropar_grid_describe": [HANDLE, POINTER(GridDescription)],
    "ropar_grid_set_states": [HANDLE, c_uint32, c_uint64, c_uint64, c_int32],
    "ropar_grid_set_cells": [HANDLE, c_uint64, c_uint64, POINTER(c_float), POINTER(c_uint8)],
    "ropar_grid_copy": [HANDLE, POINTER(c_float), c_uint64, POINTER(c_uint8), c_uint64],
    "ropar_grid_fill": [HANDLE, HANDLE, c_char_p, POINTER(GenerateOptions)],
    "ropar_grid_decode": [HANDLE, HANDLE, _HANDLE_OUT],
    "ropar_rig_from_arrays": [POINTER(RigArrays), _HANDLE_OUT],
    "ropar_rig_read": [c_char_p, _HANDLE_OUT],
    "ropar_rig_get": [HANDLE, POINTER(RigArrays)],
    "ropar_rig_map": [HANDLE, _HANDLE_OUT],
    "ropar_rig_map_character": [HANDLE, c_uint32, _HANDLE_OUT],
    "ropar_mapping_from_json": [HANDLE, c_char_p, _HANDLE_OUT],
    "ropar_mapping_json": [HANDLE, _TEXT_OUT],
    "ropar_mapping_get": [HANDLE, POINTER(MappingView)],
    "ropar_retarget": [HANDLE, HANDLE, HANDLE, POINTER(RetargetOptions), _HANDLE_OUT],
    "ropar_retargeted_get": [HANDLE, POINTER(RetargetedView)],
    "ropar_motion_from_rig": [HANDLE, HANDLE, POINTER(TakeArrays), _HANDLE_OUT],
    "ropar_retarget_file": [c_char_p, c_char_p, c_char_p, POINTER(RetargetFileOptions), _TEXT_OUT],
    "ropar_file_inspect": [c_char_p, _TEXT_OUT],
    "ropar_file_convert": [c_char_p, c_char_p, POINTER(ConvertOptions), _TEXT_OUT],
}

#: The other functions: what they answer, and their parameters.
PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "ropar_abi_version": (c_uint32, []),
    "ropar_version": (c_char_p, []),
    "ropar_text_free": (c_int32, [c_void_p]),
    "ropar_engine_close": (c_int32, [HANDLE]),
    "ropar_motion_free": (c_int32, [HANDLE]),
    "ropar_grid_free": (c_int32, [HANDLE]),
    "ropar_rig_free": (c_int32, [HANDLE]),
    "ropar_mapping_free": (c_int32, [HANDLE]),
    "ropar_retargeted_free": (c_int32, [HANDLE]),
    "ropar_main": (c_int32, [c_int32, POINTER(c_char_p)]),
}


def declare(library: ctypes.CDLL) -> None:
    """Gives the functions of a loaded library their types."""
    for name, parameters in CHECKED.items():
        function = getattr(library, name)
        function.restype, function.argtypes = c_int32, [*parameters, _ERROR]
    for name, (result, parameters) in PLAIN.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
