"""Runs a command on a kernel that lacks some system calls, as far as the command can tell: `without.py NUMBER,… COMMAND…`.

A seccomp filter answers ENOSYS. The numbers are the same on every machine that Linux runs on since 5.1.
"""

import ctypes
import errno
import os
import struct
import sys

numbers, command = [int(number) for number in sys.argv[1].split(",")], sys.argv[2:]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN, ALLOW, ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000

# Load the number; if it is one of these go to the last instruction, which refuses; else allow.
program = [(LOAD, 0, 0, 0)]
program += [(JUMP_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | errno.ENOSYS)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
filter = Program(len(program), ctypes.addressof(code))
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(filter), 0, 0):
    sys.exit("without.py: " + os.strerror(ctypes.get_errno()))
os.execvp(command[0], command)
