/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What systemd is told (sd_notify(3)), without its library: a datagram to $NOTIFY_SOCKET. */
#ifndef RGS_TAP_NOTIFY_H
#define RGS_TAP_NOTIFY_H

#include <stdint.h>

/* Opens the socket that the environment names, if any; before rights are dropped. */
void rgs_notify_open(void);
/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..."; nothing without a socket. */
void rgs_notify(const char *state);
/* How often the watchdog wants to hear (ms), half of its patience; 0: never. */
uint32_t rgs_notify_watchdog_ms(void);

#endif
