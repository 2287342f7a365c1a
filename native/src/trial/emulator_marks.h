// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

namespace pktpath {

// What an emulator that watches the guest can see of a trial: system calls that nobody makes otherwise and that change
// nothing. Raw, since a library may answer from memory.

// By the reader's thread, before it reads.
inline void mark_reader() { syscall(SYS_getpgrp); }
// By whoever opens and closes the window.
inline void mark_window_open() { syscall(SYS_getsid, 0); }
inline void mark_window_close() { syscall(SYS_getpgid, 0); }

}  // namespace pktpath
