/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that says how far captures were read: what is read must be written the same way again.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/position.h"
#include "kept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_position p = {.path = strdup(rgs_fuzz_file("position", rgs_bytes(data, n)))},
                        again = {0};
    char err[512];

    if (!p.path)
        abort();
    if (rgs_position_load(&p, err, sizeof(err))) {
        again.path = strdup(p.path);
        if (!again.path || rgs_position_save(&p, false) < 0 ||
            !rgs_position_load(&again, err, sizeof(err)) || again.n != p.n)
            abort();
        for (size_t i = 0; i < p.n; i++) {
            if (memcmp(again.entry[i].id, p.entry[i].id, RGS_CAPTURE_ID) != 0 ||
                again.entry[i].taken != p.entry[i].taken || again.entry[i].size != p.entry[i].size)
                abort();
        }
        rgs_position_fini(&again);
    }
    rgs_position_fini(&p);
    return 0;
}
