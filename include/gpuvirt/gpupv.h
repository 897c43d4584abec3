/*
 * GPU paravirtualisation of Hyper-V machines: what a host and its machines are seen to have, what
 * is wanted of one machine, and the steps from the one to the other.
 *
 * Knows states, preconditions and steps; knows nothing about how a host is asked or changed, and
 * prints nothing. The facts behind each check and value are named in docs/gpupv.md.
 */
#ifndef GPUVIRT_GPUPV_H
#define GPUVIRT_GPUPV_H

#include <gpuvirt/text.h>

/* Unknown is not no: what a host did not tell never passes or fails a check in silence. */
enum gv_tri { GV_UNKNOWN, GV_NO, GV_YES };

/* A number that may be unknown; of what is wanted, one that is left alone. */
struct gv_value {
	bool known;
	uint64_t number;
};

/* The settings of a machine that GPU-PV depends on. */
enum gv_gpupv_setting {
	GV_GPUPV_CACHE_TYPES,           /* the guest controls cache types: 0 or 1 */
	GV_GPUPV_LOW_MMIO,              /* MMIO space below 4 GiB, bytes */
	GV_GPUPV_HIGH_MMIO,             /* MMIO space above 4 GiB, bytes */
	GV_GPUPV_CHECKPOINT_TYPE,       /* index of a word */
	GV_GPUPV_AUTOMATIC_CHECKPOINTS, /* 0 or 1 */
	GV_GPUPV_STOP_ACTION,           /* index of a word: what happens when the host stops */
	GV_GPUPV_SETTINGS
};

/* As observed; as wanted, where unknown means left alone; as a step changes them. */
struct gv_gpupv_settings {
	struct gv_value at[GV_GPUPV_SETTINGS];
};

enum gv_gpupv_kind { GV_GPUPV_SWITCH, GV_GPUPV_BYTES, GV_GPUPV_WORD };

enum { GV_GPUPV_WORDS = 5 };

/* What a setting is called by whom. */
struct gv_gpupv_setting_row {
	const char *member;  /* in requests, answers and undo records */
	const char *field;   /* in profiles */
	const char *meaning; /* for people */
	enum gv_gpupv_kind kind;
	const char *words[GV_GPUPV_WORDS]; /* of a GV_GPUPV_WORD, NULL behind the last */
};

extern const struct gv_gpupv_setting_row gv_gpupv_setting_rows[GV_GPUPV_SETTINGS];

/* A host. All texts here and below are borrowed from the state; NULL is unknown. */
struct gv_gpupv_host {
	const char *computer;
	struct gv_value build; /* of Windows: 26100 */
	enum gv_tri server;
	const char *edition;
	const char *powershell; /* its version */
	enum gv_tri elevated;
	enum gv_tri administrator; /* member of Hyper-V Administrators */
	enum gv_tri module;        /* the Hyper-V module of PowerShell is there */
	const char *vmms;          /* state of the service: "Running" */
	const char *list_command;  /* the cmdlet that lists GPUs */
	enum gv_tri instance_path; /* an adapter can be told its GPU; not on Windows 10 */
	struct gv_value address_bits;
	enum gv_tri secure_assignment; /* policies that keep devices from machines */
	enum gv_tri supported_assignment;
};

/* A GPU, or another device, that the host offers to share. */
struct gv_gpupv_gpu {
	const char *path; /* of its interface; of a GPU-PV one it ends in \GPUPARAV */
	const char *name;
	const char *instance_id; /* PnP */
	const char *class_name;  /* PnP: "Display" */
	const char *status;      /* PnP: "OK" */
	const char *driver;      /* version */
	struct gv_value partition_count;
};

struct gv_gpupv_adapter {
	const char *id;
	const char *path; /* of its GPU; early Windows 10 does not tell */
};

struct gv_gpupv_vm {
	const char *id; /* GUID, never NULL */
	const char *name;
	const char *state; /* "Off", "Running", "Saved", ... */
	struct gv_value generation;
	const char *version; /* of its configuration: "10.0" */
	struct gv_value checkpoints;
	enum gv_tri dynamic_memory;
	struct gv_gpupv_settings settings;
	bool adapters_known;
	struct gv_gpupv_adapter *adapters;
	size_t adapter_count;
};

/* What a host was seen to have. Zero-initialise; dispose when done. */
struct gv_gpupv_state {
	struct gv_gpupv_host host;
	bool gpus_known;
	struct gv_gpupv_gpu *gpus;
	size_t gpu_count;
	bool vms_known;
	struct gv_gpupv_vm *vms;
	size_t vm_count;
	const char *failure; /* the first error of Windows on the way; NULL: none */
	struct gv_arena arena;
};

void gv_gpupv_state_dispose(struct gv_gpupv_state *state);

/* What is to become of a machine. */
enum gv_gpupv_change {
	GV_GPUPV_ENABLE,
	GV_GPUPV_DISABLE, /* no adapters; the settings that are given */
	GV_GPUPV_RESTORE, /* the adapters and settings that are given, exactly */
	GV_GPUPV_LOOK,    /* nothing; only the checks that concern a machine as it is */
};

/* Borrows all. */
struct gv_gpupv_wanted {
	enum gv_gpupv_change change;
	const char *gpu; /* which: path, instance id, name or a part; NULL: the only one */
	struct gv_value high_mmio; /* bytes that the user asks for, besides what the settings say */
	struct gv_gpupv_settings settings;
	const char *const *paths; /* to restore: the GPUs of the adapters; a NULL: not known */
	size_t path_count;
	const char *driver; /* to look: of the GPU at the last enable; NULL: not known */
};

/* A precondition: a row of a table. */
struct gv_gpupv_check {
	const char *id;
	bool blocks;        /* else it warns */
	const char *remedy; /* what to do, for people; one line, no full stop */
};

/* The check INDEX, in the order in which they are asked; NULL behind the last. Static storage. */
const struct gv_gpupv_check *gv_gpupv_check_at(size_t index);

/* A precondition that does not hold. */
struct gv_gpupv_problem {
	const struct gv_gpupv_check *check;
	const char *what; /* one line; not escaped: names in it are as the host gave them */
};

enum gv_gpupv_action { GV_GPUPV_SET, GV_GPUPV_REMOVE, GV_GPUPV_ADD };

struct gv_gpupv_step {
	enum gv_gpupv_action action;
	struct gv_gpupv_settings settings; /* GV_GPUPV_SET: those to change */
	const char *id;                    /* GV_GPUPV_REMOVE: the adapter */
	const char *path; /* of the GPU; GV_GPUPV_ADD: NULL where Windows chooses */
};

/* Zero-initialise; dispose when done. Borrows from the state and from what was wanted. */
struct gv_gpupv_plan {
	const struct gv_gpupv_vm *vm;   /* NULL: not found once */
	const struct gv_gpupv_gpu *gpu; /* that is to be used; NULL: none, or left to Windows */
	struct gv_gpupv_problem *problems;
	size_t problem_count;
	size_t problem_cap;
	bool blocked; /* a problem blocks: there are no steps */
	struct gv_gpupv_step *steps;
	size_t step_count; /* 0 and not blocked: nothing to do */
	size_t step_cap;
	struct gv_gpupv_settings goal; /* what the steps lead to: settings */
	const char *const *goal_paths; /* and an adapter for each of these; NULL: of any GPU */
	size_t goal_path_count;
	struct gv_arena arena;
};

/*
 * Plans what is wanted of the only machine in STATE, which was observed for it. Pure. Partition
 * values are never part of a plan: GPU-PV ignores them. Fails with GV_ENOMEM only.
 */
enum gv_status gv_gpupv_plan(struct gv_gpupv_plan *out, const struct gv_gpupv_state *state,
                             const struct gv_gpupv_wanted *wanted, struct gv_error *err);

/* The same for VM, one of several in STATE. */
enum gv_status gv_gpupv_plan_vm(struct gv_gpupv_plan *out, const struct gv_gpupv_state *state,
                                const struct gv_gpupv_vm *vm, const struct gv_gpupv_wanted *wanted,
                                struct gv_error *err);

void gv_gpupv_plan_dispose(struct gv_gpupv_plan *plan);

/* True when PATH is that of a GPU-PV interface and not of a GPU-P partition (SR-IOV). */
bool gv_gpupv_is_paravirtual(const char *path);

/* Why GPU may not be used for GPU-PV, static; NULL when it may as far as is known. */
const char *gv_gpupv_fault(const struct gv_gpupv_gpu *gpu);

#endif
