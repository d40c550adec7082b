// SPDX-License-Identifier: GPL-2.0-or-later
/* What parameters modules that are not loaded will get, from options as the kernel
 * parses them (kernel/params.c). Only keeps and answers: files are the source room's. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "model/host.h"

/* Nobody sets more; what somebody wrote into files does not cost more than that. */
#define CONFIGURED_MAX 256
/* kernel/params.c: names are below MAX_PARAM_PREFIX_LEN, values below PAGE_SIZE in sysfs.
 */
#define NAME_MAX_LEN  63
#define VALUE_MAX_LEN 4095

/* '-' is '_' (dash2underscore). */
static bool copy_name(const char *key, size_t n, char *ret)
{
	if (!n || n > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < n; i++) {
		ret[i] = key[i];
		if (ret[i] == '-')
			ret[i] = '_';
		if (ret[i] != '_' && !isalnum((unsigned char)ret[i]))
			return false;
	}
	ret[n] = '\0';
	return true;
}

/* "Don't include quotes in value" (lib/cmdline.c:next_arg). NULL: a bare word. */
static int copy_value(struct vck_host *h, const struct vck_bootopt *o, const char **ret)
{
	const char *s = o->value;
	size_t n = o->len;

	*ret = NULL;
	if (s == o->key + o->key_len)
		return 0;
	if (n && *s == '"') {
		s++;
		n--;
		if (n && s[n - 1] == '"')
			n--;
	}
	*ret = vck_arena_strndup(&h->arena, s, n);
	return *ret ? 0 : -ENOMEM;
}

static struct vck_param *find(const struct vck_host *h, const char *module,
			      const char *name)
{
	for (size_t i = 0; i < h->vfio.n_configured; i++) {
		struct vck_param *p = &h->vfio.configured[i];

		if (streq(p->module, module) && streq(p->name, name))
			return p;
	}
	return NULL;
}

const struct vck_param *vck_host_configured(const struct vck_host *h, const char *module,
					    const char *name)
{
	return find(h, module, name);
}

static int add(struct vck_host *h, const char *module, const char *name,
	       struct vck_param **ret)
{
	struct vck_vfio *v = &h->vfio;
	struct vck_param p = {.module = module};

	if (vck_arena_grow(&h->arena, &v->configured, v->n_configured, &v->cap_configured,
			   sizeof(*v->configured)) < 0)
		return -ENOMEM;
	p.name = vck_arena_strdup(&h->arena, name);
	if (!p.name)
		return -ENOMEM;
	v->configured[v->n_configured] = p;
	*ret = &v->configured[v->n_configured++];
	return 0;
}

int vck_configure(struct vck_host *h, const char *module, const struct vck_bootopt *o,
		  const char *file)
{
	char name[NAME_MAX_LEN + 1];
	const char *value, *where;
	struct vck_param *p;

	if (!copy_name(o->key, o->key_len, name) || o->len > VALUE_MAX_LEN)
		return 0;
	p = find(h, module, name);
	if (!p && h->vfio.n_configured >= CONFIGURED_MAX) {
		h->vfio.config_unread = true;
		return 0;
	}
	where = p && streq(p->file, file) ? p->file : vck_arena_strdup(&h->arena, file);
	if (!where || copy_value(h, o, &value) < 0 ||
	    (!p && add(h, module, name, &p) < 0))
		return -ENOMEM;
	p->value = value;
	p->file = where;
	return 1;
}

void vck_configured_lost(struct vck_host *h)
{
	h->vfio.n_configured = 0;
	h->vfio.config_unread = true;
}

int vck_configure_by_cmdline(struct vck_host *h, const char *module)
{
	size_t n = strlen(module);
	struct vck_bootopt o;

	for (const char *s = h->cmdline; s && vck_bootopt_next(&s, &o);) {
		char name[NAME_MAX_LEN + 1];

		if (o.key_len <= n || o.key[n] != '.' || !copy_name(o.key, n, name) ||
		    !streq(name, module))
			continue;
		o.key += n + 1;
		o.key_len -= n + 1;
		if (vck_configure(h, module, &o, "/proc/cmdline") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* lib/kstrtox.c:kstrtobool [5.10 to 7.2]; a bare word is true (param_set_bool). With
 * anything else the module does not load. */
static enum vck_tri truth(const char *v)
{
	if (!v || (*v && strchr("1yYtT", *v)))
		return VCK_YES;
	if (*v && strchr("0nNfF", *v))
		return VCK_NO;
	if (*v != 'o' && *v != 'O')
		return VCK_UNKNOWN;
	return v[1] == 'n' || v[1] == 'N'   ? VCK_YES
	       : v[1] == 'f' || v[1] == 'F' ? VCK_NO
					    : VCK_UNKNOWN;
}

enum vck_tri vck_host_configured_bool(const struct vck_host *h, const char *module,
				      const char *name, enum vck_tri otherwise)
{
	const struct vck_param *p = find(h, module, name);

	if (p)
		return truth(p->value);
	return h->vfio.config_unread ? VCK_UNKNOWN : otherwise;
}
