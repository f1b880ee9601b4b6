/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Countries of addresses out of a MaxMind DB file, lent to the core. */
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/config.h"

struct rgs_geo_file {
    MMDB_s db;
};

struct rgs_geo_file *rgs_geo_open(const char *path, char *err, size_t err_size)
{
    struct rgs_geo_file *g = calloc(1, sizeof(*g));
    int status = g ? MMDB_open(path, MMDB_MODE_MMAP, &g->db) : MMDB_OUT_OF_MEMORY_ERROR;

    if (status == MMDB_SUCCESS)
        return g;
    snprintf(err, err_size, "%s: %s", path, MMDB_strerror(status));
    free(g);
    return NULL;
}

void rgs_geo_close(struct rgs_geo_file *g)
{
    if (g)
        MMDB_close(&g->db);
    free(g);
}

static bool country_at(MMDB_entry_s *entry, const char *where, rgs_country *out)
{
    MMDB_entry_data_s data;
    const char *path[] = {where, "iso_code", NULL};

    if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2)
        return false;
    const char word[3] = {data.utf8_string[0], data.utf8_string[1], '\0'};
    *out = rgs_country_of(word);
    return *out != 0;
}

static rgs_country country(void *ctx, const struct rgs_ip *ip)
{
    static const uint8_t v4_mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct rgs_geo_file *g = ctx;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct sockaddr_in four = {.sin_family = AF_INET};
    rgs_country found = 0;
    int error = 0;

    memcpy(&six.sin6_addr, ip->b, 16);
    memcpy(&four.sin_addr, ip->b + 12, 4);
    const struct sockaddr *address = memcmp(ip->b, v4_mapped, 12) == 0
                                         ? (const struct sockaddr *)(const void *)&four
                                         : (const struct sockaddr *)(const void *)&six;
    MMDB_lookup_result_s r = MMDB_lookup_sockaddr(&g->db, address, &error);
    if (error == MMDB_SUCCESS && r.found_entry && !country_at(&r.entry, "country", &found))
        country_at(&r.entry, "registered_country", &found);
    return found;
}

struct rgs_geo rgs_geo_of(struct rgs_geo_file *g)
{
    return g ? (struct rgs_geo){country, g} : (struct rgs_geo){NULL, NULL};
}
