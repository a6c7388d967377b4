/* Stands in for a system library of Windows that wine before 9.0 lacks: Rust asks it for random numbers.
 * Laid beside a test program, so that the program runs; Windows and newer wines load their own. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T length);

BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T length) {
    return RtlGenRandom(data, (ULONG)length);
}
