/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/wire.h"

#include <stdarg.h>
#include <stdio.h>

void rgs_put_format(struct rgs_wire *w, const char *fmt, ...)
{
    va_list ap;

    if (w->full)
        return;
    va_start(ap, fmt);
    int n = vsnprintf((char *)w->p + w->n, w->cap - w->n, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= w->cap - w->n)
        w->full = true; /* its terminator needs room, too */
    else
        w->n += (size_t)n;
}
