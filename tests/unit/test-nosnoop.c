// SPDX-License-Identifier: GPL-2.0-or-later
/* `nosnoop` on made-up hosts, the whole command in a child: what it prints, what it
 * leaves behind, and its exit status, for each action and each refusal. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/commands.h"
#include "cmd/nosnoop.h"
#include "faketree.h"
#include "schema.h"

/* Where every document of `nosnoop --json` goes. */
static FILE *documents;

#define BUS "pci0000:00/0000:00:01.0/"
#define PATH BUS "0000:01:00.0"
#define ADDR "0000:01:00.0"
#define OTHER BUS "0000:01:00.1"
#define ON 0x2810
#define OFF 0x2010
#define CONF "etc/viommu-check.d/pci0000:00-01.0-00.0.conf"
#define RECORD "run/viommu-check/nosnoop/" ADDR

static const struct fake_function port = { .path = "pci0000:00/0000:00:01.0",
					   .vendor = 0x8086,
					   .device = 0x1901,
					   .devctl = ON,
					   .driver = "pcieport",
					   .bridge = true };
static const struct fake_function assigned = { .path = PATH,
					       .vendor = 0x10de,
					       .device = 0x2204,
					       .devctl = ON,
					       .driver = "vfio-pci",
					       .group = "14" };
static const struct fake_function sibling = { .path = OTHER,
					      .vendor = 0x10de,
					      .device = 0x1aef,
					      .devctl = ON,
					      .driver = "snd_hda_intel",
					      .group = "14" };

struct run {
	int status;
	char out[16384], err[8192];
};

static void start(struct fake_tree *t)
{
	fault = (struct fault){ 0 };
	fake_tree_init(t);
	fake_add(t, &port);
}

static void read_all(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	assert_true(n >= 0);
	buf[n] = '\0';
	close(fd);
}

static int temp(void)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static void child(struct fake_tree *t, int out, int err, char **argv, int argc)
{
	struct vck_global g = { .root = t->dir, .color = "never", .keeps_rights = true };
	int status;

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	status = vck_nosnoop_main(&vck_cmd_nosnoop, &g, &t->env, argc, argv);
	fflush(stdout);
	_exit(status);
}

/* Arguments in one string, separated by blanks. */
static struct run run(struct fake_tree *t, const char *args)
{
	char name[] = "viommu-check", copy[256], *argv[16] = { name };
	int argc = 1, out = temp(), err = temp(), status;
	struct run r;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", args);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(t, out, err, argv, argc);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	read_all(out, r.out, sizeof(r.out));
	read_all(err, r.err, sizeof(r.err));
	if (documents && strstr(args, "--json"))
		fputs(r.out, documents);
	return r;
}

static void expect(struct run *r, int status, const char *out, const char *err)
{
	if (r->status != status || (out && !strstr(r->out, out)) ||
	    (err && !strstr(r->err, err)))
		print_error("status %d, wanted %d; out:\n%serr:\n%s", r->status, status, r->out,
			    r->err);
	assert_int_equal(r->status, status);
	if (out)
		assert_non_null(strstr(r->out, out));
	if (err)
		assert_non_null(strstr(r->err, err));
}

static void test_show(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	r = run(&t, "");
	expect(&r, 0, ADDR, NULL);
	assert_non_null(strstr(r.out, "on"));
	assert_null(strstr(r.out, "0000:00:01.0")); /* a port is no endpoint */
	r = run(&t, "-n -r");
	assert_null(strstr(r.out, "DEVICE"));
	r = run(&t, "--json");
	expect(&r, 0, "\"exit_status\"", NULL);
	/* Looking leaves nothing behind */
	assert_false(fake_exists(&t, "run/viommu-check"));
	fake_tree_done(&t);
}

static void test_disable(void **state)
{
	struct fake_tree t;
	struct run dry, r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	fake_add(&t, &sibling);
	dry = run(&t, "--disable --dry-run");
	expect(&dry, 0, "0x2810 -> 0x2010", NULL);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	assert_false(fake_exists(&t, "run/viommu-check"));
	r = run(&t, "--disable");
	expect(&r, 0, "Enable No Snoop cleared", NULL);
	/* The same plan, then what became of it */
	assert_memory_equal(r.out, dry.out, strlen(dry.out));
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	assert_int_equal(fake_devctl(&t, OTHER), ON); /* not bound to vfio: not meant */
	r = run(&t, "--disable");
	expect(&r, 0, "is 0 already", NULL);
	r = run(&t, "--restore");
	expect(&r, 0, "Enable No Snoop set", NULL);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	assert_false(fake_exists(&t, RECORD));
	r = run(&t, "--restore");
	expect(&r, 2, NULL, "nothing is recorded");
	fake_tree_done(&t);
}

/* Each action's document: what is there afterwards, and the exit status. */
static void test_documents(void **state)
{
	static const struct {
		const char *args;
		int status;
		const char *word;
	} rows[] = {
		{ "--json", 0, "\"enabled\":true" },
		{ "--disable --dry-run --json", 0, "\"enabled\":true" },
		{ "--disable --json", 0, "\"lock\":\"cleared\"" },
		{ "--disable --json", 0, "\"enabled\":false" },
		{ "--restore --json", 0, "\"lock\":\"none\"" },
		{ "--enable --json " ADDR, 0, "\"enabled\":true" },
		{ "--lock --json", 0, "\"lock\":\"persistent\"" },
		{ "--unlock --json", 0, "\"lock\":\"cleared\"" },
		{ "--test-hardwired --json " ADDR, 0, "\"hardwired\":false" },
		{ "--disable --json 0000:00:01.0", 5, "\"exit_status\": 5" },
	};
	struct fake_tree t;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = run(&t, rows[i].args);

		expect(&r, rows[i].status, rows[i].word, NULL);
	}
	fake_tree_done(&t);
}

static void test_nothing_bound(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &sibling);
	r = run(&t, "--disable");
	expect(&r, 2, NULL, "no function is bound to a vfio driver");
	assert_int_equal(fake_devctl(&t, OTHER), ON);
	r = run(&t, "--unlock");
	expect(&r, 2, NULL, "nothing is locked");
	r = run(&t, "--test-hardwired");
	expect(&r, 2, NULL, "name the functions");
	fake_tree_done(&t);
}

static void test_usage(void **state)
{
	static const char *const rows[] = {
		"--disable --enable", "--lock=always",	   "--lock --restore",
		"--verify 0 --disable", "--verify x --disable", "--nonsense",
		"--apply --disable",
	};
	struct fake_tree t;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct run r = run(&t, rows[i]);

		expect(&r, 2, NULL, "viommu-check: ");
		assert_int_equal(fake_devctl(&t, PATH), ON);
	}
	fake_tree_done(&t);
}

static void test_refusals(void **state)
{
	static const struct fake_function conventional = { .path = BUS "0000:01:01.0",
							    .vendor = 1,
							    .device = 2,
							    .no_exp = true };
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &sibling);
	fake_add(&t, &conventional);
	r = run(&t, "--disable 0000:01:00.1");
	expect(&r, 5, NULL, "driver snd_hda_intel uses it");
	r = run(&t, "--disable --dry-run 0000:01:00.1");
	expect(&r, 5, NULL, "driver snd_hda_intel uses it");
	r = run(&t, "--disable 0000:00:01.0");
	expect(&r, 5, NULL, "a bridge or port");
	r = run(&t, "--disable 0000:01:01.0");
	expect(&r, 5, NULL, "no PCI Express capability");
	assert_int_equal(fake_devctl(&t, OTHER), ON);
	assert_int_equal(fake_devctl(&t, "pci0000:00/0000:00:01.0"), ON);
	r = run(&t, "--disable --force 0000:01:00.1");
	expect(&r, 0, "cleared", NULL);
	assert_int_equal(fake_devctl(&t, OTHER), OFF);
	/* What a driver of the host started with is put back without asking */
	r = run(&t, "--restore 0000:01:00.1");
	expect(&r, 0, "set", NULL);
	fake_tree_done(&t);
}

static void test_group(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	fake_add(&t, &sibling);
	r = run(&t, "--disable --group " ADDR);
	expect(&r, 5, "0000:01:00.0: Enable No Snoop cleared", "0000:01:00.1: refused");
	r = run(&t, "--disable --group --force " ADDR);
	expect(&r, 0, "0000:01:00.1: Enable No Snoop cleared", NULL);
	r = run(&t, "--enable --all --force");
	expect(&r, 0, NULL, NULL);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	assert_int_equal(fake_devctl(&t, OTHER), ON);
	assert_int_equal(fake_devctl(&t, "pci0000:00/0000:00:01.0"), ON);
	fake_tree_done(&t);
}

static void test_virtual_function(void **state)
{
	static const struct fake_function vf = { .path = BUS "0000:01:10.0",
						 .vendor = 0x8086,
						 .device = 0x10ca,
						 .driver = "vfio-pci",
						 .physfn = ADDR };
	struct fake_function pf = assigned;
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	pf.driver = "igb";
	fake_add(&t, &pf);
	fake_add(&t, &vf);
	fake_file(&t, "4\n", "sys/devices/" PATH "/sriov_totalvfs");
	fake_file(&t, "1\n", "sys/devices/" PATH "/sriov_numvfs");
	r = run(&t, "--disable");
	expect(&r, 5, NULL, "follows its physical function " ADDR);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	r = run(&t, "--disable --force");
	expect(&r, 0, "physical function of 0000:01:10.0", NULL);
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	fake_tree_done(&t);
}

static void test_lockdown(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	fake_file(&t, "none [integrity] confidentiality\n", "sys/kernel/security/lockdown");
	r = run(&t, "--disable");
	expect(&r, 5, NULL, "lockdown");
	assert_non_null(strstr(r.err, "viommu-check run"));
	assert_int_equal(fake_devctl(&t, PATH), ON);
	fake_tree_done(&t);
}

/* One that fails does not hide the others, and the statuses tell apart what happened. */
static void test_failures(void **state)
{
	struct fake_function second = sibling;
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	second.driver = "vfio-pci";
	fake_add(&t, &assigned);
	fake_add(&t, &second);
	fault.config_err = EPERM;
	fault.config_err_at = 1;
	r = run(&t, "--disable");
	expect(&r, 4, "0000:01:00.1: Enable No Snoop cleared",
	       "0000:01:00.0: cannot write Device Control");
	assert_int_equal(fake_devctl(&t, PATH), ON);
	assert_int_equal(fake_devctl(&t, OTHER), OFF);
	fault = (struct fault){ .no_stick = true };
	r = run(&t, "--disable");
	expect(&r, 4, NULL, "did not stick");
	fault = (struct fault){ .comes_back_ms = 200 };
	r = run(&t, "--disable --verify 1");
	expect(&r, 4, "cleared", "came back");
	fake_tree_done(&t);
}

static void test_lock(void **state)
{
	struct fake_tree t;
	char text[512];
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	r = run(&t, "--lock --dry-run");
	expect(&r, 0, "pci0000:00-01.0-00.0.conf", NULL);
	assert_false(fake_exists(&t, CONF));
	r = run(&t, "--disable --lock");
	expect(&r, 0, "locked (persistent)", NULL);
	fake_read(&t, text, sizeof(text), CONF);
	assert_non_null(strstr(text, "path=pci0000:00/01.0/00.0"));
	assert_non_null(strstr(text, "nosnoop=persistent"));
	r = run(&t, "--lock");
	expect(&r, 0, "cleared and locked already", NULL);
	r = run(&t, "-r");
	expect(&r, 0, "persistent", NULL);
	/* No setting it behind the lock's back */
	r = run(&t, "--enable");
	expect(&r, 5, NULL, "--unlock it first");
	r = run(&t, "--restore");
	expect(&r, 5, NULL, "--unlock it first");
	r = run(&t, "--lock=guarded");
	expect(&r, 0, "locked (guarded)", NULL);
	/* Without a guard that runs it is not called guarded */
	r = run(&t, "-r");
	expect(&r, 0, "persistent", NULL);
	r = run(&t, "--unlock");
	expect(&r, 0, "unlocked", NULL);
	assert_false(fake_exists(&t, "etc/viommu-check.d"));
	fake_tree_done(&t);
}

/* Cards are taken out and swapped; their locks stay until somebody removes them. */
static void test_unlock_absent(void **state)
{
	static const char *const gone = "path=pci0000:00/1c.4/00.0\nvendor=10de\ndevice=2204\n"
					"nosnoop=persistent\n";
	static const char *const swapped = "path=pci0000:00/01.0/00.1\nvendor=1234\n"
					   "device=5678\nnosnoop=guarded\n";
	static const char *const bound = "path=pci0000:00/1d.0/00.0\nvendor=8086\ndevice=1572\n"
					 "nosnoop=persistent\ndriver=vfio-pci\n";
	struct fake_tree t;
	char text[512];
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	fake_add(&t, &sibling);
	fake_file(&t, gone, "etc/viommu-check.d/gone.conf");
	fake_file(&t, swapped, "etc/viommu-check.d/swapped.conf");
	fake_file(&t, bound, "etc/viommu-check.d/bound.conf");
	r = run(&t, "--lock");
	expect(&r, 0, "locked (persistent)", NULL);
	r = run(&t, "");
	expect(&r, 0, "pci0000:00/1c.4/00.0 [10de:2204]: locked (persistent), and not here", NULL);
	expect(&r, 0, "pci0000:00/01.0/00.1 [1234:5678]: locked (guarded), and not here", NULL);
	assert_null(strstr(r.out, "pci0000:00/01.0/00.0"));
	r = run(&t, "-n");
	assert_null(strstr(r.out, "not here"));
	r = run(&t, "--json");
	expect(&r, 0, "{\"path\":\"pci0000:00/1c.4/00.0\",\"vendor_id\":\"10de\",\"device_id\":"
		      "\"2204\",\"lock\":\"persistent\",\"file\":\"gone.conf\"}", NULL);
	/* by the place, as it is shown */
	r = run(&t, "--unlock --dry-run pci0000:00/1c.4/00.0");
	expect(&r, 0, "gone.conf", NULL);
	assert_true(fake_exists(&t, "etc/viommu-check.d/gone.conf"));
	r = run(&t, "--unlock pci0000:00/1c.4/00.0");
	expect(&r, 0, "pci0000:00/1c.4/00.0: unlocked", NULL);
	assert_false(fake_exists(&t, "etc/viommu-check.d/gone.conf"));
	assert_true(fake_exists(&t, "etc/viommu-check.d/swapped.conf"));
	assert_true(fake_exists(&t, CONF));
	r = run(&t, "--unlock pci0000:00/1c.4/00.0");
	expect(&r, 2, NULL, "pci0000:00/1c.4/00.0");
	/* other commands do not know the word */
	r = run(&t, "--disable pci0000:00/1d.0/00.0");
	expect(&r, 2, NULL, "pci0000:00/1d.0/00.0");
	/* one that is here and one that is not; what bind wants stays */
	r = run(&t, "--unlock " ADDR " pci0000:00/1d.0/00.0");
	expect(&r, 0, ADDR ": unlocked", NULL);
	expect(&r, 0, "pci0000:00/1d.0/00.0: unlocked", NULL);
	assert_null(strstr(r.out, "persistent"));
	assert_false(fake_exists(&t, CONF));
	fake_read(&t, text, sizeof(text), "etc/viommu-check.d/bound.conf");
	assert_non_null(strstr(text, "driver=vfio-pci"));
	assert_null(strstr(text, "persistent"));
	/* no device named: all that is locked, here or not */
	r = run(&t, "--unlock --json");
	expect(&r, 0, "\"absent_locks\":[]", NULL);
	assert_false(fake_exists(&t, "etc/viommu-check.d/swapped.conf"));
	r = run(&t, "--unlock");
	expect(&r, 2, NULL, "nothing is locked");
	fake_tree_done(&t);
}

/* A lack of evidence is not a refusal: who looks again as root gets an answer. */
static void test_undetermined(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	assert_int_equal(fake_cut_config(&t, PATH, 64), 0);
	r = run(&t, "--disable --dry-run " ADDR);
	expect(&r, 3, NULL, ADDR ": not done: its PCI Express capability could not be read");
	r = run(&t, "--disable " ADDR);
	expect(&r, 3, NULL, ADDR ": not done: its PCI Express capability could not be read");
	/* a refusal outweighs it */
	r = run(&t, "--disable " ADDR " 0000:00:01.0");
	expect(&r, 5, NULL, "a bridge or port");
	fake_tree_done(&t);
}

static void test_apply(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	/* Nothing is locked: nothing is touched, nothing created */
	r = run(&t, "--apply " ADDR);
	expect(&r, 0, NULL, NULL);
	assert_false(fake_exists(&t, "run/viommu-check"));
	r = run(&t, "--lock");
	expect(&r, 0, NULL, NULL);
	fake_set_devctl(&t, PATH, ON); /* a reset, a reboot */
	r = run(&t, "--apply 0000:00:01.0");
	expect(&r, 0, NULL, NULL);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	r = run(&t, "--apply " ADDR);
	expect(&r, 0, "cleared", NULL);
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	fake_set_devctl(&t, PATH, ON);
	fake_file(&t, "nonsense\n", "etc/viommu-check.d/broken.conf");
	r = run(&t, "--apply");
	expect(&r, 2, "cleared", "broken.conf:1: not understood");
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	r = run(&t, "--apply");
	assert_string_equal(r.out, ""); /* and silent when there is nothing to do */
	r = run(&t, "--apply word");
	expect(&r, 2, NULL, "not the address");
	fake_tree_done(&t);
}

/* The place is the key, the ids must fit, and a driver of the host is left alone. */
static void test_apply_elsewhere(void **state)
{
	struct fake_function renumbered = assigned, native = assigned, other = assigned;
	static const char *const locked = "path=pci0000:00/01.0/00.0\nvendor=10de\n"
					  "device=2204\nnosnoop=persistent\n";
	struct fake_tree t;
	struct run r;

	(void)state;
	renumbered.path = BUS "0000:07:00.0";
	native.driver = "nouveau";
	other.device = 0x9999;

	start(&t);
	fake_add(&t, &renumbered);
	fake_file(&t, locked, CONF);
	r = run(&t, "--apply");
	expect(&r, 0, "0000:07:00.0: Enable No Snoop cleared", NULL);
	fake_tree_done(&t);

	start(&t);
	fake_add(&t, &other);
	fake_file(&t, locked, CONF);
	r = run(&t, "--apply");
	expect(&r, 0, NULL, "left alone");
	assert_int_equal(fake_devctl(&t, PATH), ON);
	fake_tree_done(&t);

	start(&t);
	fake_add(&t, &native);
	fake_file(&t, locked, CONF);
	r = run(&t, "--apply");
	expect(&r, 0, "driver nouveau has it", NULL);
	assert_int_equal(fake_devctl(&t, PATH), ON);
	fake_file(&t, "path=pci0000:00/01.0/00.0\nvendor=10de\ndevice=2204\n"
		      "nosnoop=persistent\nnative=1\n", CONF);
	r = run(&t, "--apply");
	expect(&r, 0, "cleared", NULL);
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	fake_tree_done(&t);
}

static void test_hardwired(void **state)
{
	struct fake_function fn = assigned;
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fn.devctl = OFF;
	fake_add(&t, &fn);
	fault.hardwired = true;
	r = run(&t, "--test-hardwired " ADDR);
	expect(&r, 0, "hardwired to 0", NULL);
	r = run(&t, "");
	expect(&r, 0, "off (hardwired)", NULL);
	fault.hardwired = false;
	r = run(&t, "--test-hardwired " ADDR);
	expect(&r, 0, "not hardwired", NULL);
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	fake_tree_done(&t);
}

/* Killed in the middle: the next run says so, and the plan starts from the truth. */
static void test_interrupted(void **state)
{
	struct fake_function fn = assigned;
	struct fake_tree t;
	char text[32];
	struct run r;

	(void)state;
	start(&t);
	fn.power = "auto";
	fn.suspended = true;
	fake_add(&t, &fn);
	fault = (struct fault){ .models_power = true, .saved = ON, .kill_at = 14 };
	r = run(&t, "--disable");
	assert_int_equal(r.status, 256 + SIGKILL);
	assert_string_equal(fake_read(&t, text, sizeof(text),
				      "sys/devices/" PATH "/power/control"), "on");
	fault.kill_at = 0;
	r = run(&t, "--disable");
	expect(&r, 0, NULL, "a run that died");
	assert_int_equal(fake_devctl(&t, PATH), OFF);
	assert_string_equal(fake_read(&t, text, sizeof(text),
				      "sys/devices/" PATH "/power/control"), "auto");
	fake_tree_done(&t);
}

/* The run directory of somebody else, or open to others, is not used. */
static void test_unsafe_directory(void **state)
{
	struct fake_tree t;
	struct run r;

	(void)state;
	start(&t);
	fake_add(&t, &assigned);
	fake_file(&t, "", "run/viommu-check/.keep");
	assert_int_equal(chmod(t.run_dir, 0777), 0);
	r = run(&t, "--disable");
	expect(&r, 2, NULL, "root must own it");
	assert_int_equal(fake_devctl(&t, PATH), ON);
	fake_tree_done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_disable),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_nothing_bound),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_virtual_function),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_unlock_absent),
		cmocka_unit_test(test_undetermined),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_apply_elsewhere),
		cmocka_unit_test(test_hardwired),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_unsafe_directory),
	};

	int failed;

	documents = schema_open("");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return schema_close(documents) || failed;
}
