// SPDX-License-Identifier: GPL-2.0-or-later
/* Every call of the writing commands failing in turn, with each errno that it can have,
 * and every signal before each of them.
 *
 * THEORY OF OPERATION: a scenario is a made-up host (faketree.c, and the driver core of
 * fakekernel.c behind its files) and a command. It is run once without a fault, which
 * gives the state that is wanted; then, each time on a fresh host and in a child, with
 * the Nth call failing, N counting up until no call is left. A state is all that the
 * command could have changed, as one text: driver, override, Device Control and power
 * control of each function, and every file below run/, etc/ and out/.
 *
 * Stated outcome, for each fault:
 *  - no signal, no hang, an exit status of the documented set;
 *  - status 0: the wanted state, whole;
 *  - another status: a message that names an object; `bind`, `unbind` and commands with an
 *    output file leave the state as before, or as wanted where only the last word was lost.
 *    `nosnoop` may have got half-way, never without a record of what was there;
 *  - every device has a driver; no temporary file stays behind;
 *  - the same command again, without a fault, ends in the wanted state;
 *  - what is refused for safety without a fault is never done with one.
 * SIGINT and SIGTERM: the same, or the death by that signal. SIGKILL: what there is after
 * it the same command brings to the wanted state, and `unbind` gives a device back. */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/errname.h"
#include "cmd/cmd.h"
#include "command.h"

enum kind {
	STRICT, /* before or wanted, nothing between */
	RECORDED, /* between is fine while it is recorded */
	EACH, /* each device for itself, the next run does the rest */
	REFUSED, /* never changes anything */
};

struct scenario {
	const char *name;
	enum kind kind;
	const char *args;	/* the command and its words; %o: the output file */
	const char *before[2];	/* commands that make the host what it is */
	bool native;		/* the functions have their native driver */
	bool network_up, open, old_output;
	bool reads; /* also in make check nearly every read fails */
	bool allocs; /* also in make check each allocation fails */
	bool prints; /* what it writes tells what could not be read: faults.c looks at that */
	const char *again;	/* what is run after a fault, where it is not args */
};

static const struct scenario scenarios[] = {
	{ .name = "clear", .kind = RECORDED, .args = "nosnoop --disable " ADDR },
	{ .name = "lock", .kind = RECORDED, .args = "nosnoop --lock " ADDR },
	{ .name = "unlock", .kind = RECORDED, .args = "nosnoop --unlock " ADDR,
	  .before = { "nosnoop --lock " ADDR } },
	{ .name = "restore", .kind = RECORDED, .args = "nosnoop --restore " ADDR, .allocs = true,
	  .before = { "nosnoop --disable " ADDR } },
	{ .name = "apply", .kind = RECORDED, .args = "nosnoop --apply " ADDR,
	  .before = { "nosnoop --lock " ADDR, "nosnoop --enable --force " ADDR } },
	{ .name = "test", .kind = RECORDED, .args = "nosnoop --test-hardwired " ADDR,
	  .before = { "nosnoop --disable " ADDR } },
	{ .name = "bind", .kind = STRICT, .args = "bind " ADDR, .native = true, .reads = true },
	{ .name = "bind-group", .kind = STRICT, .args = "bind --group " ADDR, .native = true,
	  .reads = true },
	{ .name = "bind-lock", .kind = STRICT,
	  .args = "bind --group --persistent --nosnoop=lock " ADDR, .native = true },
	{ .name = "bind-apply", .kind = STRICT, .args = "bind --apply " ADDR, .native = true, .allocs = true,
	  .before = { "bind --persistent " ADDR, "unbind-only " ADDR } },
	{ .name = "unbind", .kind = STRICT, .args = "unbind " ADDR, .native = true,
	  .before = { "bind --group --persistent " ADDR } },
	{ .name = "unbind-group", .kind = EACH, .args = "unbind --group " ADDR, .native = true,
	  .before = { "bind --group --persistent " ADDR } },
	{ .name = "probe", .kind = STRICT, .args = "probe --bind --force " ADDR, .native = true,
	  .reads = true, .again = "unbind " ADDR },
	{ .name = "export", .kind = STRICT, .args = "export --format prometheus -o %o",
	  .old_output = true, .prints = true },
	{ .name = "capture", .kind = STRICT, .args = "capture -o %o", .prints = true, .allocs = true },
	{ .name = "refused-interface", .kind = REFUSED, .args = "bind " ADDR, .native = true,
	  .network_up = true, .allocs = true },
	{ .name = "refused-open", .kind = REFUSED, .args = "unbind " ADDR, .open = true },
	{ .name = "refused-driver", .kind = REFUSED, .args = "nosnoop --disable " ADDR,
	  .native = true },
	{ .name = "refused-holder", .kind = REFUSED, .args = "nosnoop --disable " ADDR,
	  .open = true },
};

/* --- the host --- */

static void add_interface(struct fake_tree *t)
{
	char link[256];

	fake_file(t, "up\n", "sys/devices/" PATH "/net/eth0/operstate");
	fake_file(t, "0x1003\n", "sys/devices/" PATH "/net/eth0/flags");
	fake_file(t, "", "sys/class/net/.keep");
	snprintf(link, sizeof(link), "%s/class/net/eth0", t->sysfs);
	if (symlink("../../devices/" PATH "/net/eth0", link) < 0)
		abort();
}

static void add_holder(struct fake_tree *t)
{
	char link[256];

	fake_file(t, "", "dev/vfio/14");
	fake_file(t, "qemu-system-x86\n", "proc/4242/comm");
	fake_file(t, "", "proc/4242/fd/.keep");
	snprintf(link, sizeof(link), "%s/proc/4242/fd/7", t->dir);
	if (symlink("/dev/vfio/14", link) < 0)
		abort();
}

static void start(struct fake_tree *t, const struct scenario *s)
{
	fake_tree_init(t);
	command_host(t, s->native ? "nvidia" : "vfio-pci");
	fake_file(t, s->old_output ? "old\n" : "", s->old_output ? "out/file" : "out/.keep");
	if (s->network_up)
		add_interface(t);
	if (s->open)
		add_holder(t);
}

/* --- its state --- */

static struct vck_buf *state_out;
static size_t state_skip;
static bool state_killed; /* what a killed run leaves next to an output file nobody sweeps */

static int add_file(const char *path, const struct stat *st, int type, struct FTW *w)
{
	char text[65536];
	FILE *f;
	size_t n;

	(void)st;
	(void)w;
	if (type != FTW_F || str_ends(path, "lock") || str_ends(path, "/.keep") ||
	    (state_killed && strstr(path, "/out/.file.")))
		return 0;
	f = fopen(path, "r");
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	if (f)
		fclose(f);
	vck_buf_addf(state_out, "%s: ", path + state_skip);
	vck_buf_add(state_out, text, n);
	vck_buf_adds(state_out, "\n");
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The listing comes in no order of its own. */
static void sort_lines(struct vck_buf *b)
{
	char *copy = strdup(vck_buf_str(b)), *lines[4096], *save = NULL;
	size_t n = 0;

	for (char *l = strtok_r(copy, "\n", &save); l && n < ARRAY_SIZE(lines);
	     l = strtok_r(NULL, "\n", &save))
		lines[n++] = l;
	qsort(lines, n, sizeof(*lines), by_name);
	vck_buf_reset(b);
	for (size_t i = 0; i < n; i++)
		vck_buf_addf(b, "%s\n", lines[i]);
	free(copy);
}

static void add_function_state(struct fake_tree *t, struct vck_buf *b, const char *path)
{
	char driver[64], text[64], power[64];

	vck_buf_addf(b, "%s driver=%s override=%s power=%s devctl=%04x\n", strrchr(path, '/') + 1,
		     command_driver_of(t, path, driver, sizeof(driver)),
		     fake_read(t, text, sizeof(text), "sys/devices/%s/driver_override", path),
		     fake_read(t, power, sizeof(power), "sys/devices/%s/power/control", path),
		     fake_devctl(t, path));
}

static void state(struct fake_tree *t, struct vck_buf *b)
{
	static const char *const dirs[] = { "run", "etc", "out" };
	char path[256];

	vck_buf_reset(b);
	state_out = b;
	state_skip = strlen(t->dir) + 1;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", t->dir, dirs[i]);
		nftw(path, add_file, 16, FTW_PHYS);
	}
	sort_lines(b);
	add_function_state(t, b, PATH);
	add_function_state(t, b, OTHER);
}

/* What made the host what it is; "unbind-only" gives back and keeps the configuration. */
static void make_ready(struct fake_tree *t, const struct scenario *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->before) && s->before[i]; i++) {
		bool keep = str_after(s->before[i], "unbind-only");
		char args[256], text[512];
		struct outcome o;

		snprintf(args, sizeof(args), "unbind%s", keep ? s->before[i] + 11 : "");
		fake_read(t, text, sizeof(text), "etc/viommu-check.d/pci0000:00-01.0-00.0.conf");
		o = command_run(t, keep ? args : s->before[i], NULL);
		if (o.status != 0) {
			printf("Bail out! %s: %s: %d %s\n", s->name, s->before[i], o.status, o.err);
			exit(1);
		}
		if (keep) {
			strcat(text, "\n");
			fake_file(t, text, "etc/viommu-check.d/pci0000:00-01.0-00.0.conf");
		}
	}
}

/* --- what is to hold afterwards --- */

struct run {
	const struct scenario *s;
	struct vck_buf before, wanted, now;
	struct fake_tree tree;
	struct outcome o;
	int wanted_status;
	int first_status; /* of the run with the fault */
	char where[200];
	long runs, bad;
};

static bool is_documented(const struct run *r)
{
	int status = r->o.status;

	/* of probe: the kernel does not accept the device */
	if (status == VCK_EXIT_NOT_READY)
		return str_after(r->s->args, "probe");
	return status == VCK_EXIT_OK || status == VCK_EXIT_FAILED || status == VCK_EXIT_WRITE ||
	       status == VCK_EXIT_REFUSED || status == VCK_EXIT_UNDETERMINED;
}

static bool names_an_object(const struct run *r)
{
	const char *e = r->o.err;

	return strstr(e, "viommu-check: ") &&
	       (strstr(e, "0000:01:00.") || strstr(e, r->tree.dir) || strstr(e, "/sys") ||
		strstr(e, "out of memory") || strstr(e, "standard output") || strstr(e, "14"));
}

static bool all_have_drivers(struct run *r)
{
	char driver[64];

	return *command_driver_of(&r->tree, PATH, driver, sizeof(driver)) &&
	       *command_driver_of(&r->tree, OTHER, driver, sizeof(driver));
}

static bool is_same(const struct vck_buf *a, const struct vck_buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* Device Control differs from what was found at first: then a record says what that was. */
static bool is_recorded(struct run *r)
{
	return strstr(vck_buf_str(&r->now), ADDR " driver=vfio-pci override=(null) power=auto devctl=2810") ||
	       fake_exists(&r->tree, "run/viommu-check/nosnoop/" ADDR);
}

/* `unbind` or `probe` whose last step failed: only the record of the driver is too much. */
static bool is_given_back_but_noted(struct run *r)
{
	char *copy = strdup(vck_buf_str(&r->wanted)), *save = NULL;
	bool same = (str_after(r->s->args, "unbind") || str_after(r->s->args, "probe")) &&
		    strstr(r->o.err, "given back, but");

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		same = same && strstr(vck_buf_str(&r->now), l);
	free(copy);
	return same;
}

/* A full disk has no room for the record that changing the bit back wants: then the bit stays
 * changed, its record says so, and all else is as before. */
static bool is_before_but_for_the_bit(struct run *r)
{
	char *copy = strdup(vck_buf_str(&r->now)), *save = NULL;
	bool same = fake_exists(&r->tree, "run/viommu-check/nosnoop/" ADDR) ||
		    fake_exists(&r->tree, "run/viommu-check/nosnoop/" OTHER_ADDR);

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *word = strstr(l, " devctl=");

		if (str_after(l, "etc/") || str_after(l, "run/viommu-check/bound"))
			same = same && strstr(vck_buf_str(&r->before), l);
		if (word)
			*word = '\0';
		if (str_after(l, "0000:"))
			same = same && strstr(vck_buf_str(&r->before), l);
	}
	free(copy);
	return same;
}

static const char *wrong_state(struct run *r, const struct inject *p, bool finished)
{
	bool before = is_same(&r->now, &r->before), wanted = is_same(&r->now, &r->wanted);

	if (r->s->kind == REFUSED)
		return before ? NULL : "does what it must refuse";
	if (finished)
		return wanted ? NULL : "says that it went well, and it did not";
	if (p->sticky && is_before_but_for_the_bit(r))
		return NULL;
	if (r->s->kind == STRICT && !before && !wanted && !is_given_back_but_noted(r))
		return "stops half-way";
	if (r->s->kind == RECORDED && !is_recorded(r))
		return "forgets what was there";
	return NULL;
}

static const char *wrong_after_fault(struct run *r, const struct inject *p)
{
	int signo = p->signo;
	bool by_signal = signo && r->o.status == 256 + signo;

	if (!by_signal && !is_documented(r))
		return "ends with a status that is not documented";
	if (!by_signal && r->o.status != VCK_EXIT_OK && !names_an_object(r))
		return "names no object";
	if (strstr(vck_buf_str(&r->now), ".new:"))
		return "leaves a temporary file";
	if (!all_have_drivers(r))
		return "leaves a device without a driver";
	if (r->s->prints && p->err && p->mask != INJECT_WRITE && r->o.status == VCK_EXIT_OK)
		return NULL;
	return wrong_state(r, p, !by_signal && r->o.status == VCK_EXIT_OK);
}

/* After a SIGKILL only what the next run makes of it counts. */
static const char *wrong_after_again(struct run *r)
{
	const char *args = r->s->again ? r->s->again : r->s->args;

	if (r->s->kind == REFUSED)
		return NULL;
	r->o = command_run(&r->tree, args, NULL);
	state(&r->tree, &r->now);
	if (is_same(&r->now, &r->wanted))
		return NULL;
	return r->o.status == 0 ? "is not mended by another run" : "another run fails";
}

/* Lines of @a that @b has not. */
static void print_missing(char sign, const struct vck_buf *a, const struct vck_buf *b)
{
	char *copy = strdup(vck_buf_str(a)), *save = NULL;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!strstr(vck_buf_str(b), l))
			printf("#  %c %s\n", sign, l);
	}
	free(copy);
}

static void report(struct run *r, const struct inject *p, const char *wrong)
{
	r->bad++;
	printf("not ok - %s: call %ld, %s, %s: %s\n", r->s->name, p->at, r->where,
	       p->signo ? strsignal(p->signo) : vck_errno_name(p->err), wrong);
	printf("# status %d, last %d: %.500s", r->first_status, r->o.status, r->o.err);
	print_missing('-', &r->wanted, &r->now);
	print_missing('+', &r->now, &r->wanted);
}

/* A killed run can be followed by `unbind` too: the device gets its driver. */
static const char *wrong_after_unbind(struct run *r)
{
	char driver[64], text[64];

	r->o = command_run(&r->tree, "unbind " ADDR, NULL);
	state(&r->tree, &r->now);
	if (!streq(command_driver_of(&r->tree, PATH, driver, sizeof(driver)), "nvidia") ||
	    !streq(fake_read(&r->tree, text, sizeof(text), "sys/devices/" PATH "/driver_override"),
		   "(null)"))
		return "unbind does not give it back";
	return fake_exists(&r->tree, "run/viommu-check/bound/" ADDR) ? "unbind leaves its record"
								     : NULL;
}

/* One fault on a fresh host. Return: whether the call was reached. */
static bool try(struct run *r, const struct inject *p, bool unbind)
{
	const char *wrong = NULL;
	bool fired;

	state_killed = p->signo == SIGKILL;
	start(&r->tree, r->s);
	make_ready(&r->tree, r->s);
	r->o = command_run(&r->tree, r->s->args, p);
	fired = inject->fired;
	r->first_status = r->o.status;
	memcpy(r->where, inject->where, sizeof(r->where));
	state(&r->tree, &r->now);
	r->runs++;
	if (p->signo != SIGKILL)
		wrong = wrong_after_fault(r, p);
	if (!wrong)
		wrong = unbind ? wrong_after_unbind(r) : wrong_after_again(r);
	if (wrong)
		report(r, p, wrong);
	fake_tree_done(&r->tree);
	return fired;
}

/* --- all of them --- */

static const int read_errors[] = { EIO, EACCES, ENOMEM, EMFILE, EINTR, ENODEV };
static const int write_errors[] = { EIO,   ENOSPC, EROFS, EACCES, EPERM, EBUSY,
				    EINTR, ENODEV, ENOMEM, EAGAIN, EDQUOT };

static void each(struct run *r, struct inject p, long step, bool unbind)
{
	for (p.at = 1; try(r, &p, unbind); p.at += step)
		;
}

/* Without --all a sample: the same kinds of faults, not each of them. */
static void faults(struct run *r, bool all)
{
	size_t n = all ? ARRAY_SIZE(write_errors) : 1;

	for (size_t i = 0; i < n; i++)
		each(r, (struct inject){ .mask = INJECT_WRITE, .err = write_errors[i] },
		     all ? 1 : 3, false);
	/* A full disk stays full */
	each(r, (struct inject){ .mask = INJECT_WRITE, .err = ENOSPC, .sticky = true },
	     all ? 1 : 7, false);
	n = all ? ARRAY_SIZE(read_errors) : 1;
	for (size_t i = 0; i < n; i++)
		each(r, (struct inject){ .mask = INJECT_READ, .err = read_errors[i] },
		     all ? 1 : r->s->reads ? 3 : 61, false);
	each(r, (struct inject){ .mask = INJECT_ALLOC, .err = ENOMEM },
	     all || r->s->allocs ? 1 : 61, false);
}

static void signals(struct run *r, bool all)
{
	static const int signos[] = { SIGKILL, SIGTERM, SIGINT, SIGPIPE };
	unsigned mask = all ? INJECT_WRITE | INJECT_READ : INJECT_WRITE;

	for (size_t i = 0; i < (all ? ARRAY_SIZE(signos) : 2); i++)
		each(r, (struct inject){ .mask = mask, .signo = signos[i] }, all ? 1 : 5, false);
	if (str_after(r->s->args, "bind") || str_after(r->s->args, "probe"))
		each(r, (struct inject){ .mask = mask, .signo = SIGKILL }, all ? 1 : 7, true);
}

static long test(const struct scenario *s, bool all)
{
	struct run r = { .s = s };

	start(&r.tree, s);
	make_ready(&r.tree, s);
	state(&r.tree, &r.before);
	r.o = command_run(&r.tree, s->args, NULL);
	r.wanted_status = r.o.status;
	state(&r.tree, &r.wanted);
	fake_tree_done(&r.tree);
	if (s->kind == REFUSED ? r.o.status != VCK_EXIT_REFUSED : r.o.status != VCK_EXIT_OK) {
		printf("not ok - %s: without a fault: %d %s\n", s->name, r.o.status, r.o.err);
		return 1;
	}
	faults(&r, all);
	if (s->kind != REFUSED)
		signals(&r, all);
	printf("# %s: %ld runs, %ld bad outcomes\n", s->name, r.runs, r.bad);
	vck_buf_done(&r.before);
	vck_buf_done(&r.wanted);
	vck_buf_done(&r.now);
	return r.bad;
}

int main(int argc, char **argv)
{
	bool all = argc > 1 && streq(argv[1], "--all");
	const char *only = argc > 1 + all ? argv[1 + all] : NULL;
	long bad = 0;

	inject_init();
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		if (!only || streq(only, scenarios[i].name))
			bad += test(&scenarios[i], all);
	}
	printf("%sok 1 - stated outcomes\n1..1\n", bad ? "not " : "");
	return bad ? 1 : 0;
}
