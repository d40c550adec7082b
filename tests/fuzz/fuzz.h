/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share. One target a file, fuzz-NAME.c, which defines
 * LLVMFuzzerTestOneInput(); its seeds are corpus/NAME, *.hex. With --enable-fuzzing
 * each is linked with libFuzzer, else with replay.c, which runs the seeds once. */
#ifndef VCK_TESTS_FUZZ_H
#define VCK_TESTS_FUZZ_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "model/host.h"
#include "source/memtree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A host with a root port, a function below it and a platform device, which lookups in
 * tables then go through. */
struct vck_host *fuzz_host(void);
/* One table of a parser, then every question that the rules ask of it. */
struct vck_acpi_table;
typedef int fuzz_table_fn(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b);
void fuzz_table(fuzz_table_fn *parse, const uint8_t *data, size_t size);
/* A host out of a tree, which it takes over: all sources, all rules. */
void fuzz_tree(struct vck_memtree *tree, enum vck_origin origin);
/* The questions alone. */
void fuzz_questions(struct vck_host *h);

#endif
