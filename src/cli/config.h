/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration file of a site, YAML. Paths in it are taken from the folder of the file.
 *
 *     inventory: resellers.csv
 *     rules: rules
 *     key: /etc/regsentry/key
 *     home: HK                      whose numbers stand in national form on this network
 *     geoip: GeoLite2-Country.mmdb  countries of peers' addresses (MaxMind DB)
 *     privacy: {content: never}     decide without reading any text; `read` is the default
 *     capacity: {tcp_flows: 16384, sctp_flows: 4096, dialogues: 65536, timeout: 60s}
 */
#ifndef RGS_CLI_CONFIG_H
#define RGS_CLI_CONFIG_H

#include "engine/analyzer.h"

struct rgs_config {
    char *inventory, *rules, *key, *geoip; /* NULL: not given */
    rgs_country home;
    bool blind;
    struct rgs_capacity capacity;
    struct rgs_tables tables;
};

void rgs_config_init(struct rgs_config *c);
/* Errors go to stderr, all of them with their places. */
bool rgs_config_load(struct rgs_config *c, const char *path);
void rgs_config_fini(struct rgs_config *c);

struct rgs_geo_file;
/* NULL with a reason in err. */
struct rgs_geo_file *rgs_geo_open(const char *path, char *err, size_t err_size);
void rgs_geo_close(struct rgs_geo_file *g);
struct rgs_geo rgs_geo_of(struct rgs_geo_file *g); /* an empty one for NULL */

#endif
