// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers that lspci -vv and -vvv spell out, turned back into bytes. A register
 * comes about only when every bit of it was printed, or is reserved where it was not:
 * the rest of config space stays unknown. Layouts: PCI Local Bus 3.0 chapter 6, PCI
 * Bus Power Management 1.2 chapter 3, PCIe Base 5.0 section 7.5.3, 7.7 and 7.8,
 * SR-IOV 1.1 section 3.3. Names of bits are those that lspci prints, old ones too. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "source/lspci-words.h"

struct bit {
	const char *names; /* alternatives divided by '|' */
	uint8_t shift;
	bool optional; /* printed only where it can be set */
};

struct number {
	const char *name; /* text in front of the number */
	uint8_t shift, width, base;
	enum {
		AS_IS = 0,
		LOG2_128,   /* 128 shifted by what the register holds */
		LOG2_PLUS1, /* two to the power of it, minus one */
	} form;
};

struct reg {
	unsigned cap;	  /* 0: the header */
	const char *name; /* how its line starts */
	uint8_t off, width;
	const struct bit *bits;	      /* ends with names == NULL */
	const struct number *numbers; /* ends with name == NULL, or NULL */
	/* whatever neither can say; false when it is not there */
	bool (*rest)(const struct vck_lspci_fn *f, const char *text, uint32_t *v);
};

/* --- words in a line --- */

/* The value of "Name+" or "Name-"; '\0' when it is not there. */
static char flag(const char *text, const char *name, size_t n)
{
	for (const char *p = strstr(text, name); p; p = strstr(p + 1, name)) {
		/* Only "Name" itself: not the end of a longer word. */
		if (p > text &&
		    (isalnum((unsigned char)p[-1]) || p[-1] == '-' || p[-1] == '_'))
			continue;
		if ((p[n] == '+' || p[n] == '-') && !isalnum((unsigned char)p[n + 1]))
			return p[n];
	}
	return '\0';
}

char vck_lspci_flag(const char *text, const char *names)
{
	char value = '\0', name[32];

	while (*names && !value) {
		size_t n = strcspn(names, "|");

		if (n < sizeof(name)) {
			memcpy(name, names, n);
			name[n] = '\0';
			value = flag(text, name, n);
		}
		names += n + (names[n] ? 1 : 0);
	}
	return value;
}

/* Digits behind the first @name in @text. */
bool vck_lspci_number(const char *text, const char *name, int base, uint32_t *ret)
{
	const char *p = strstr(text, name);
	char digits[16];
	size_t n;
	uint64_t v;

	if (!p)
		return false;
	p += strlen(name);
	n = strspn(p, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
	if (!n || n >= sizeof(digits))
		return false;
	memcpy(digits, p, n);
	digits[n] = '\0';
	if (vck_parse_u64(digits, base, UINT32_MAX, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	return true;
}

bool vck_lspci_log2(uint32_t v, uint32_t *ret)
{
	if (!v || v & (v - 1))
		return false;
	*ret = (uint32_t)__builtin_ctz(v);
	return true;
}

static bool number(const char *text, const struct number *d, uint32_t *v)
{
	uint32_t x, code;

	if (!vck_lspci_number(text, d->name, d->base, &x))
		return false;
	code = x;
	if (d->form == LOG2_128 && (x % 128 || !vck_lspci_log2(x / 128, &code)))
		return false;
	if (d->form == LOG2_PLUS1 && !vck_lspci_log2(x + 1, &code))
		return false;
	if (code >> d->width)
		return false;
	*v |= code << d->shift;
	return true;
}

/* Index of the word behind @name in @words; false when it is none of them. */
static bool word_after(const char *text, const char *name, const char *const *words,
		       size_t n, uint32_t *ret)
{
	const char *p = strstr(text, name);

	for (size_t i = 0; p && i < n; i++) {
		const char *end = str_after(p + strlen(name), words[i]);

		if (!end || isalnum((unsigned char)*end))
			continue;
		*ret = (uint32_t)i;
		return true;
	}
	return false;
}

/* --- what single registers need beyond bits and numbers --- */

static bool rest_status(const struct vck_lspci_fn *f, const char *text, uint32_t *v)
{
	static const char *const devsel[] = {"fast", "medium", "slow"};
	static const char *const aborts[] = {">TAbort", "<TAbort", "<MAbort", ">SERR",
					     "<PERR"};
	uint32_t speed;

	(void)f;
	if (!word_after(text, "DEVSEL=", devsel, ARRAY_SIZE(devsel), &speed))
		return false;
	*v |= speed << 9;
	for (size_t i = 0; i < ARRAY_SIZE(aborts); i++) {
		char c = flag(text, aborts[i], strlen(aborts[i]));

		if (!c)
			return false;
		*v |= (c == '+' ? 1u : 0u) << (11 + i);
	}
	return true;
}

static unsigned express_type(const struct vck_lspci_fn *f)
{
	uint8_t b;

	return vck_lspci_get(&f->space, f->cap_pos + 2, &b, 1) ? b >> 4 : 0xf;
}

/* "SlotPowerLimit 75W", "0.15W": value and scale, PCIe 7.5.3.3. */
static bool slot_power(const char *text, uint32_t *v)
{
	const char *p = strstr(text, "SlotPowerLimit ");
	uint32_t whole, scale = 0;
	size_t n;

	if (!p)
		return true;
	if (!vck_lspci_number(text, "SlotPowerLimit ", 10, &whole))
		return false;
	p += strlen("SlotPowerLimit ");
	p += strspn(p, "0123456789");
	if (*p == '.') {
		n = strspn(++p, "0123456789");
		while (n && p[n - 1] == '0') /* "10.000W" */
			n--;
		for (; scale < n && scale < 3; scale++)
			whole = whole * 10 + (uint32_t)(p[scale] - '0');
	}
	if (whole > 255)
		return false;
	*v |= whole << 18 | scale << 26;
	return true;
}

static bool rest_devcap(const struct vck_lspci_fn *f, const char *text, uint32_t *v)
{
	static const char *const l0s[] = {"<64ns", "<128ns", "<256ns", "<512ns",
					  "<1us",  "<2us",   "<4us",   "unlimited"};
	static const char *const l1[] = {"<1us",  "<2us",  "<4us",  "<8us",
					 "<16us", "<32us", "<64us", "unlimited"};
	unsigned type = express_type(f);
	uint32_t a, b;

	/* Latencies and FLR are of endpoints; for the others these bits are reserved. */
	if (type == 0 || type == 1) {
		if (!word_after(text, "L0s ", l0s, ARRAY_SIZE(l0s), &a) ||
		    !word_after(text, "L1 ", l1, ARRAY_SIZE(l1), &b))
			return false;
		*v |= a << 6 | b << 9;
	}
	if ((type == 0 || type == 1 || type == 9) && !vck_lspci_flag(text, "FLReset"))
		return false;
	return slot_power(text, v);
}

/* What a line about an Intel port says at these offsets need not be its ACS registers
 * (quirks.c, pci_quirk_intel_spt_pch_acs_match), and without ids nobody can tell. */
static bool rest_acs(const struct vck_lspci_fn *f, const char *text, uint32_t *v)
{
	(void)text;
	(void)v;
	return f->has_ids || !f->is_intel || express_type(f) != 4;
}

static bool rest_pm_flags(const struct vck_lspci_fn *f, const char *text, uint32_t *v)
{
	static const char *const pme[] = {"D0", "D1", "D2", "D3hot", "D3cold"};
	static const uint16_t ma[] = {0, 55, 100, 160, 220, 270, 320, 375};
	uint32_t current;
	uint8_t version;

	if (!vck_lspci_get(&f->space, f->cap_pos + 2, &version, 1) ||
	    !vck_lspci_number(text, "AuxCurrent=", 10, &current))
		return false;
	*v |= version & 7u;
	for (size_t i = 0; i < ARRAY_SIZE(ma); i++)
		*v |= ma[i] == current ? (uint32_t)i << 6 : 0;
	text = strstr(text, "PME(");
	for (size_t i = 0; text && i < ARRAY_SIZE(pme); i++) {
		char c = flag(text, pme[i], strlen(pme[i]));

		if (!c)
			return false;
		*v |= (c == '+' ? 1u : 0u) << (11 + i);
	}
	return text != NULL;
}

static bool rest_pm_status(const struct vck_lspci_fn *f, const char *text, uint32_t *v)
{
	static const char *const states[] = {"D0", "D1", "D2", "D3"};
	uint32_t state;

	(void)f;
	if (!word_after(text, "Status: ", states, ARRAY_SIZE(states), &state))
		return false;
	*v |= state;
	return true;
}

/* --- the registers --- */

static const struct bit bits_command[] = {
	{"I/O", 0, 0},	   {"Mem", 1, 0},      {"BusMaster", 2, 0}, {"SpecCycle", 3, 0},
	{"MemWINV", 4, 0}, {"VGASnoop", 5, 0}, {"ParErr", 6, 0},    {"Stepping", 7, 0},
	{"SERR", 8, 0},	   {"FastB2B", 9, 0},  {"DisINTx", 10, 1},  {0},
};
static const struct bit bits_status[] = {
	{"INTx", 3, 1},
	{"Cap", 4, 0},
	{"66MHz", 5, 0},
	{"UDF", 6, 0},
	{"FastB2B", 7, 0},
	{"ParErr", 8, 0},
	{0},
};
static const struct bit bits_devcap[] = {
	{"ExtTag", 5, 0},      {"AttnBtn", 12, 1},
	{"AttnInd", 13, 1},    {"PwrInd", 14, 1},
	{"RBE|RBErr", 15, 0},  {"FLReset|FLR", 28, 1},
	{"TEE-IO|TEE", 30, 1}, {0},
};
static const struct bit bits_devctl[] = {
	{"CorrErr|Correctable", 0, 0},
	{"NonFatalErr|UncorrErr|Non-Fatal", 1, 0},
	{"FatalErr|Fatal", 2, 0},
	{"UnsupReq|UnsuppReq|Unsupported", 3, 0},
	{"RlxdOrd", 4, 0},
	{"ExtTag", 8, 0},
	{"PhantFunc", 9, 0},
	{"AuxPwr", 10, 0},
	{"NoSnoop", 11, 0},
	{"FLReset|BrConfRtry|BrConfRtr", 15, 1},
	{0},
};
static const struct bit bits_devsta[] = {
	{"CorrErr", 0, 0},
	{"NonFatalErr|UncorrErr", 1, 0},
	{"FatalErr", 2, 0},
	{"UnsupReq|UnsuppReq", 3, 0},
	{"AuxPwr", 4, 0},
	{"TransPend", 5, 0},
	{0},
};
static const struct bit bits_acs[] = {
	{"SrcValid", 0, 0},    {"TransBlk", 1, 0},
	{"ReqRedir", 2, 0},    {"CmpltRedir", 3, 0},
	{"UpstreamFwd", 4, 0}, {"EgressCtrl", 5, 0},
	{"DirectTrans", 6, 0}, {0},
};
static const struct bit bits_none[] = {{0}};
static const struct bit bits_ats_ctl[] = {{"Enable", 15, 0}, {0}};
static const struct bit bits_pri_ctl[] = {{"Enable", 0, 0}, {"Reset", 1, 0}, {0}};
static const struct bit bits_pri_sta[] = {
	{"RF", 0, 0}, {"UPRGI", 1, 0}, {"Stopped", 8, 0}, {"PASID", 15, 1}, {0},
};
static const struct bit bits_pasid_cap[] = {{"Exec", 1, 0}, {"Priv", 2, 0}, {0}};
static const struct bit bits_pasid_ctl[] = {
	{"Enable", 0, 0},
	{"Exec", 1, 0},
	{"Priv", 2, 0},
	{0},
};
static const struct bit bits_iov_ctl[] = {
	{"Enable", 0, 0},
	{"Migration", 1, 0},
	{"Interrupt", 2, 0},
	{"MSE", 3, 0},
	{"ARIHierarchy", 4, 0},
	{"10BitTagReq", 5, 1},
	{0},
};
static const struct bit bits_iov_sta[] = {{"Migration", 0, 0}, {0}};
static const struct bit bits_pm_flags[] = {
	{"PMEClk", 3, 0}, {"DSI", 5, 0}, {"D1", 9, 0}, {"D2", 10, 0}, {0},
};
static const struct bit bits_pm_status[] = {
	{"NoSoftRst", 3, 0},
	{"PME-Enable", 8, 0},
	{"PME", 15, 0},
	{0},
};
static const struct bit bits_af[] = {{"TP", 0, 0}, {"FLR", 1, 0}, {0}};

static const struct number numbers_devcap[] = {
	{"MaxPayload ", 0, 3, 10, LOG2_128},
	{"PhantFunc ", 3, 2, 10, LOG2_PLUS1},
	{0},
};
static const struct number numbers_devctl[] = {
	{"MaxPayload ", 5, 3, 10, LOG2_128},
	{"MaxReadReq ", 12, 3, 10, LOG2_128},
	{0},
};
static const struct number numbers_ats_cap[] = {
	{"Invalidate Queue Depth: ", 0, 5, 16, AS_IS},
	{0},
};
static const struct number numbers_ats_ctl[] = {
	{"Smallest Translation Unit: ", 0, 5, 16, AS_IS},
	{0},
};
static const struct number numbers_pasid[] = {
	{"Max PASID Width: ", 8, 5, 16, AS_IS},
	{0},
};
static const struct number numbers_pm[] = {
	{"DSel=", 9, 4, 10, AS_IS},
	{"DScale=", 13, 2, 10, AS_IS},
	{0},
};

static const struct reg regs[] = {
	{0, "Control:", 0x04, 2, bits_command, NULL, NULL},
	{0, "Status:", 0x06, 2, bits_status, NULL, rest_status},
	{CAP_PM, "Flags:", 2, 2, bits_pm_flags, NULL, rest_pm_flags},
	{CAP_PM, "Status:", 4, 2, bits_pm_status, numbers_pm, rest_pm_status},
	{CAP_EXP, "DevCap:", 0x04, 4, bits_devcap, numbers_devcap, rest_devcap},
	{CAP_EXP, "DevCtl:", 0x08, 2, bits_devctl, numbers_devctl, NULL},
	{CAP_EXP, "DevSta:", 0x0a, 2, bits_devsta, NULL, NULL},
	{CAP_AF, "AFCap:", 3, 1, bits_af, NULL, NULL},
	{EXT(0x0d), "ACSCap:", 4, 2, bits_acs, NULL, rest_acs},
	{EXT(0x0d), "ACSCtl:", 6, 2, bits_acs, NULL, rest_acs},
	{EXT(0x0f), "ATSCap:", 4, 2, bits_none, numbers_ats_cap, NULL},
	{EXT(0x0f), "ATSCtl:", 6, 2, bits_ats_ctl, numbers_ats_ctl, NULL},
	{EXT(0x10), "IOVCtl:", 0x08, 2, bits_iov_ctl, NULL, NULL},
	{EXT(0x10), "IOVSta:", 0x0a, 2, bits_iov_sta, NULL, NULL},
	{EXT(0x13), "PRICtl:", 4, 2, bits_pri_ctl, NULL, NULL},
	{EXT(0x13), "PRISta:", 6, 2, bits_pri_sta, NULL, NULL},
	{EXT(0x1b), "PASIDCap:", 4, 2, bits_pasid_cap, numbers_pasid, NULL},
	{EXT(0x1b), "PASIDCtl:", 6, 2, bits_pasid_ctl, NULL, NULL},
};

static const struct reg *reg_find(unsigned cap, const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		if (regs[i].cap == cap && str_after(line, regs[i].name))
			return &regs[i];
	}
	return NULL;
}

bool vck_lspci_is_reg(const struct vck_lspci_fn *f, const char *line)
{
	return reg_find(f->cap, line) != NULL;
}

static bool reg_value(const struct vck_lspci_fn *f, const struct reg *r, const char *text,
		      uint32_t *ret)
{
	uint32_t v = 0;

	for (const struct bit *b = r->bits; b->names; b++) {
		char c = vck_lspci_flag(text, b->names);

		if (!c && !b->optional)
			return false;
		v |= (c == '+' ? 1u : 0u) << b->shift;
	}
	for (const struct number *n = r->numbers; n && n->name; n++) {
		if (!number(text, n, &v))
			return false;
	}
	if (r->rest && !r->rest(f, text, &v))
		return false;
	*ret = v;
	return true;
}

/* The register whose text was gathered is complete: the next one starts. */
int vck_lspci_reg_end(struct vck_lspci_fn *f)
{
	const char *text = vck_buf_str(&f->reg);
	const struct reg *r;
	uint32_t v;
	int err = 0;

	if (f->reg.failed)
		return -ENOMEM;
	if (!f->reg.len)
		return 0;
	r = reg_find(f->cap, text);
	if (r && reg_value(f, r, text, &v)) {
		err = vck_lspci_put(f, f->cap_pos + r->off, v, r->width);
		f->verbose |= r->cap == 0 && r->off == 0x06;
	}
	vck_buf_reset(&f->reg);
	return err;
}
