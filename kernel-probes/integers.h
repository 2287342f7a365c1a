/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKTPATH_INTEGERS_H
#define PKTPATH_INTEGERS_H

/* Integers of fixed width under one name on both sides. */
#ifdef __cplusplus
#include <cstdint>
typedef std::uint64_t pktpath_u64;
typedef std::uint32_t pktpath_u32;
#else
typedef unsigned long long pktpath_u64;
typedef unsigned int pktpath_u32;
#endif

#endif
