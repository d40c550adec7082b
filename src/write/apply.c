// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries out one entry of a plan. Every step may be the last one: the record says
 * beforehand what is about to happen, see write/record.h. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "model/pcicap.h"
#include "write/conf.h"
#include "write/plan.h"
#include "write/power.h"
#include "write/record.h"

/* One function while it is being changed. */
struct work {
	const struct vck_write_env *env;
	int records;
	const struct vck_target *target;
	struct vck_config config;
	struct vck_power power;
	struct vck_lock_record record;
	bool fresh;   /* there was no record before */
	bool pending; /* the record on disk says that something is under way */
	struct vck_bit_result *res;
};

static bool bit_of(uint16_t devctl)
{
	return devctl & VCK_DEVCTL_NOSNOOP;
}

/* Notes the first failure; returns @err. */
static int fail(struct work *w, const char *stage, int err)
{
	if (err >= 0 || w->res->err < 0)
		return err;
	w->res->err = err;
	w->res->stage = stage;
	/* Another device in its place is not a failed write: nothing was tried. */
	w->res->outcome = err == -ESTALE ? VCK_OUT_REFUSED : VCK_OUT_FAILED;
	return err;
}

static int look(struct work *w)
{
	int r = fail(w, "open its config space for writing",
		     vck_config_open(w->env, w->target, &w->config));

	if (r == 0)
		r = fail(w, "read its power state", vck_power_read(w->config.dir, &w->power));
	if (r == 0)
		r = fail(w, "read Device Control", vck_config_read(&w->config, &w->res->before));
	w->res->after = w->res->before;
	return r;
}

/* The record that is there, or a new one of what is found now. */
static int load_record(struct work *w)
{
	int r = vck_record_load(w->records, w->target->address, &w->record);

	if (r == 0 && vck_record_is_of(&w->record, w->target))
		return 0;
	if (r < 0 && r != -ENOENT)
		return fail(w, "read its record", r);
	w->fresh = true;
	r = vck_record_init(&w->record, w->target);
	w->record.before = bit_of(w->res->before);
	return fail(w, "record what was there", r);
}

static bool must_hold(const struct work *w)
{
	return vck_power_is_automatic(&w->power) || !vck_power_is_awake(&w->power);
}

static int begin(struct work *w, bool want, enum vck_record_state state)
{
	w->record.state = state;
	w->record.wanted = want;
	/* A record that is still pending tells of power control what is no longer to be seen */
	if (vck_power_is_automatic(&w->power))
		memcpy(w->record.power, w->power.control, sizeof(w->record.power));
	/* Also where storing failed: it may be there all the same */
	w->pending = true;
	return fail(w, "record what was there", vck_record_store(w->records, &w->record));
}

static int wake(struct work *w)
{
	int r;

	if (!must_hold(w))
		return 0;
	r = vck_power_wake(w->config.dir, w->env->wake_ms, &w->power);
	if (r == -ETIMEDOUT)
		snprintf(w->res->status, sizeof(w->res->status), "%s",
			 w->power.state[0] && !streq(w->power.state, "D0")
				 ? w->power.state
				 : w->power.status);
	return fail(w, "wake it", r);
}

/* Resuming restored what the kernel had saved: that is what was there before. */
static int look_awake(struct work *w)
{
	int r = fail(w, "read Device Control", vck_config_read(&w->config, &w->res->before));

	w->res->after = w->res->before;
	if (r < 0 || !w->fresh || w->record.before == bit_of(w->res->before))
		return r;
	w->record.before = bit_of(w->res->before);
	return fail(w, "record what was there", vck_record_store(w->records, &w->record));
}

static int write_bit(struct work *w, bool want)
{
	uint16_t word;
	int r = fail(w, "write Device Control", vck_config_write(&w->config, want, &word));

	if (r == 0)
		r = fail(w, "read Device Control back",
			 vck_config_read_back(&w->config, &w->res->after));
	if (r == 0 && bit_of(w->res->after) != want)
		w->res->outcome = VCK_OUT_NOT_STUCK;
	return r;
}

/* Whatever happened: power control is put back, and the record made to agree. */
static void finish(struct work *w)
{
	int r = 0;

	if (!w->pending)
		return;
	if (w->record.power[0])
		r = fail(w, "put power/control back",
			 vck_power_set(w->config.dir, w->record.power));
	/* Where that failed the record stays pending, and the next run tries again. */
	if (r == 0)
		fail(w, "settle its record",
		     vck_record_settle(w->records, &w->record, &w->config));
}

static void change(struct work *w, bool want, bool drift)
{
	if (look(w) < 0 || load_record(w) < 0)
		return;
	if (!must_hold(w) && bit_of(w->res->before) == want) {
		w->res->outcome = VCK_OUT_NOTHING;
		w->pending = !w->fresh; /* the function may be as it was found: then forget */
		return;
	}
	w->record.drift += drift;
	if (begin(w, want, VCK_RECORD_PENDING) < 0 || wake(w) < 0 || look_awake(w) < 0)
		return;
	if (bit_of(w->res->before) == want)
		w->res->outcome = VCK_OUT_NOTHING;
	else if (write_bit(w, want) == 0 && w->res->outcome == VCK_OUT_PLANNED)
		w->res->outcome = VCK_OUT_DONE;
}

void vck_bit_apply(const struct vck_write_env *env, int records, const struct vck_target *t,
		   bool want, bool drift, struct vck_bit_result *ret)
{
	struct work w = { .env = env,
			  .records = records,
			  .target = t,
			  .config = { .dir = -1, .fd = -1 },
			  .res = ret };

	*ret = (struct vck_bit_result){ 0 };
	change(&w, want, drift);
	finish(&w);
	vck_config_close(&w.config);
}

/* The answer outlives the record: kept in a directory of its own. */
static int keep_answer(struct work *w)
{
	struct vck_lock_record answer = w->record;
	cleanup_fd int dir = -1;
	int r = vck_record_open_dir(w->env, VCK_HARDWIRED_DIR, true, &dir);

	answer.state = VCK_RECORD_DONE;
	answer.power[0] = '\0';
	answer.wanted = answer.before;
	answer.hardwired = w->res->hardwired;
	if (r == 0)
		r = vck_record_store(dir, &answer);
	return fail(w, "record the answer", r);
}

/* After waking the word can be another one: that is what is to be put back. */
static int look_for_test(struct work *w)
{
	int r = look_awake(w);

	if (r < 0 || w->record.wanted == bit_of(w->res->before))
		return r;
	w->record.wanted = bit_of(w->res->before);
	return fail(w, "record what was there", vck_record_store(w->records, &w->record));
}

/* The bit is 0. Set it, look, clear it. */
static int set_and_clear(struct work *w)
{
	int r = write_bit(w, true);

	w->res->hardwired = vck_tri(!bit_of(w->res->after));
	if (r == 0)
		w->res->outcome = VCK_OUT_PLANNED;
	/* Also when that failed half-way */
	if (write_bit(w, false) < 0 || r < 0)
		return -EIO;
	return w->res->outcome == VCK_OUT_NOT_STUCK ? -EIO : 0;
}

static void try_to_set(struct work *w)
{
	if (look(w) < 0 || load_record(w) < 0)
		return;
	/* Should this run die, the next one puts back what `wanted` says */
	if (begin(w, bit_of(w->res->before), VCK_RECORD_TESTING) < 0 || wake(w) < 0 ||
	    look_for_test(w) < 0)
		return;
	w->res->hardwired = VCK_NO;
	if (!bit_of(w->res->before) && set_and_clear(w) < 0)
		return;
	if (keep_answer(w) == 0)
		w->res->outcome = VCK_OUT_DONE;
}

void vck_bit_test(const struct vck_write_env *env, int records, const struct vck_target *t,
		  struct vck_bit_result *ret)
{
	struct work w = { .env = env,
			  .records = records,
			  .target = t,
			  .config = { .dir = -1, .fd = -1 },
			  .res = ret };

	*ret = (struct vck_bit_result){ 0 };
	try_to_set(&w);
	finish(&w);
	vck_config_close(&w.config);
}

static void apply_conf(const struct vck_write_env *env, struct vck_plan_entry *e)
{
	int r = 0;

	if (e->conf_op == VCK_CONF_STORE)
		r = vck_conf_store_as(env, e->conf_name, &e->conf);
	if (e->conf_op == VCK_CONF_DROP)
		r = vck_conf_remove(env, e->conf_name);
	if (r < 0) {
		e->result.outcome = VCK_OUT_FAILED;
		e->result.stage = "write its configuration";
		e->result.err = r;
		return;
	}
	if (e->conf_op != VCK_CONF_KEEP)
		e->result.outcome = VCK_OUT_DONE;
}

void vck_plan_apply(const struct vck_write_env *env, int records, struct vck_plan_entry *e)
{
	if (e->refusal) {
		e->result.outcome = VCK_OUT_REFUSED;
		return;
	}
	e->result = (struct vck_bit_result){ .outcome = VCK_OUT_NOTHING };
	if (e->act == VCK_ACT_TEST)
		vck_bit_test(env, records, &e->target, &e->result);
	else if (e->act != VCK_ACT_NONE)
		vck_bit_apply(env, records, &e->target, e->act == VCK_ACT_SET, false,
			      &e->result);
	if (!vck_outcome_is_bad(e->result.outcome))
		apply_conf(env, e);
}

void vck_plan_verify(const struct vck_write_env *env, struct vck_plan_entry *e)
{
	cleanup_config struct vck_config c = { .dir = -1, .fd = -1 };
	uint16_t v;
	int r;

	if (e->refusal || vck_outcome_is_bad(e->result.outcome) ||
	    (e->act != VCK_ACT_CLEAR && e->act != VCK_ACT_SET))
		return;
	r = vck_config_open(env, &e->target, &c);
	if (r == 0)
		r = vck_config_read_back(&c, &v);
	if (r < 0) {
		e->result.outcome = VCK_OUT_FAILED;
		e->result.stage = "verify Device Control";
		e->result.err = r;
		return;
	}
	if (bit_of(v) == (e->act == VCK_ACT_SET))
		return;
	e->result.outcome = VCK_OUT_CAME_BACK;
	e->result.after = v;
}
