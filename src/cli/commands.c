/* The table of commands. */
#include "cli/command.h"

#include <string.h>

#define COMMON  (OPTION_BIT(OPTION_COLOR) | OPTION_BIT(OPTION_HELP))
#define REPORTS (OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE))
#define TARGETS (OPTION_BIT(OPTION_EXCLUDE) | OPTION_BIT(OPTION_MAX_SIZE) | CONFIG)
#define RULES   (OPTION_BIT(OPTION_RULES) | OPTION_BIT(OPTION_CHANGED_SINCE))
#define CONFIG  (OPTION_BIT(OPTION_CONFIG))
#define GUESSES (OPTION_BIT(OPTION_UNSAFE))
#define WRITES  (OPTION_BIT(OPTION_DRY_RUN) | OPTION_BIT(OPTION_FORCE) | LOCKS)
#define LOCKS   (OPTION_BIT(OPTION_LOCK) | OPTION_BIT(OPTION_LOCK_TIMEOUT))
#define BACKUPS (OPTION_BIT(OPTION_NO_BACKUP))
#define JOBS    (OPTION_BIT(OPTION_JOBS))
#define DURABLE (OPTION_BIT(OPTION_DURABILITY))
#define FORMATS                                                                                    \
	(OPTION_BIT(OPTION_OUTPUT_FORMAT) | OPTION_BIT(OPTION_OUTPUT) |                            \
	 OPTION_BIT(OPTION_STATISTICS) | OPTION_BIT(OPTION_EXIT_ZERO))
#define KNOWN   (OPTION_BIT(OPTION_BASELINE))
#define ACCEPTS (OPTION_BIT(OPTION_WRITE_BASELINE))
#define SIZE    (OPTION_BIT(OPTION_MAX_SIZE))
#define ROOT    (OPTION_BIT(OPTION_ROOT))
#define HOSTS                                                                                      \
	(OPTION_BIT(OPTION_GPU) | OPTION_BIT(OPTION_MMIO_HIGH) | OPTION_BIT(OPTION_MODE) |         \
	 OPTION_BIT(OPTION_PROFILE) | OPTION_BIT(OPTION_POWERSHELL) |                              \
	 OPTION_BIT(OPTION_COMPUTER) | OPTION_BIT(OPTION_TIMEOUT) | OPTION_BIT(OPTION_ALL) |       \
	 OPTION_BIT(OPTION_DRY_RUN) | OPTION_BIT(OPTION_OUTPUT_FORMAT))

/* clang-format off */
static const struct command commands[] = {
	{
		"check", "PATH...", "report what is wrong; exit 1 if anything needs repair",
		"Reports what the rules and the structural checks find, as path:line:column: "
		"severity: message [rule], and says where fix would refuse to write. PATH is a "
		"file, a folder (searched for .vmx and .vmtx), a .vmwarevm bundle, or - for "
		"standard input. Notes alone leave the exit status 0.",
		COMMON | REPORTS | TARGETS | RULES | JOBS | FORMATS | KNOWN | ACCEPTS, 1, -1,
		{{"gpuvirt check my.vmx", "one machine"},
		 {"gpuvirt check vms/ --exclude 'template*'", "all below a folder, for CI"},
		 {"gpuvirt check --rules vmware-3d-off servers/", "3D must be off there"}},
		cmd_check,
	},
	{
		"diff", "PATH...", "show what fix would change, as a unified diff",
		"Prints the repair as a unified diff that patch -p0 applies. Exit status 1 "
		"when there is a difference. Nothing is written.",
		COMMON | REPORTS | TARGETS | RULES | GUESSES | JOBS | FORMATS | KNOWN, 1, -1,
		{{"gpuvirt diff my.vmx", "look first"},
		 {"gpuvirt diff vms/ > repair.patch",
		  "for review; patch -p0 < repair.patch applies it"},
		 {"gpuvirt diff --unsafe-fixes my.vmx", "with the repairs that guess"}},
		cmd_diff,
	},
	{
		"fix", "PATH...", "repair, atomically; FILE.bak keeps the old content",
		"Makes the repairs that are safe and writes each file back atomically; the old "
		"content stays as FILE.bak. A file whose machine runs or is suspended, that is "
		"encrypted, read-only or hard-linked is refused and the others go on. What is "
		"left for a person is listed and makes the exit status 1. VMware probes the "
		"GPU at the next power-on: a repaired file does not yet mean that 3D works. "
		"With - standard input is repaired to standard output.",
		COMMON | REPORTS | TARGETS | RULES | GUESSES | WRITES | BACKUPS | JOBS | DURABLE |
			FORMATS | KNOWN,
		1, -1,
		{{"gpuvirt fix my.vmx", "3D on, stale GPU capabilities gone"},
		 {"gpuvirt fix -n vms/", "say what would be done"},
		 {"gpuvirt fix --no-backup vms/", "a folder under version control"},
		 {"gpuvirt fix - < old.vmx > new.vmx", "as a filter"}},
		cmd_fix,
	},
	{
		"undo", "PATH...", "swap file and FILE.bak; undo twice is redo",
		"Swaps each file with its backup in one step. In a folder the files that have "
		"a backup are taken. The same guards hold as for fix.",
		COMMON | REPORTS | TARGETS | WRITES, 1, -1,
		{{"gpuvirt undo my.vmx", "back to the state before the last change"}},
		cmd_undo,
	},
	{
		"verify", "PATH...", "tell from VMware's logs whether 3D came on, and if not, why",
		"Reads the newest vmware.log beside each .vmx, and the mksSandbox.log of the same "
		"power-on, and answers ON, OFF, HOST-FAIL, CRASH or UNKNOWN, with the renderer "
		"and GPU that VMware chose, the cause, what helps, and the lines of the log that "
		"say so. PATH is a .vmx, a folder (searched), a .vmwarevm bundle or a .log. A "
		".vmx that was changed after its log is UNKNOWN: boot it once, then verify. Exit "
		"status 1 unless 3D is on, or off where the .vmx does not ask for it.",
		COMMON | REPORTS | TARGETS | JOBS | FORMATS, 1, -1,
		{{"gpuvirt verify my.vmx", "after the first boot of a repaired machine"},
		 {"gpuvirt verify vms/", "all below a folder"},
		 {"gpuvirt verify -v vmware.log", "a log that somebody sent, all evidence"}},
		cmd_verify,
	},
	{
		"doctor", "", "say what can be seen of this machine that bears on 3D",
		"Looks at what VMware's renderers depend on: on a host the product, the host-wide "
		"files, the graphics devices, Vulkan, OpenGL and the session; in a guest of VMware's, "
		"of Hyper-V's or in WSL what lies between the host's GPU and the programs. Each check "
		"says what it saw, its verdict and what helps. That 3D works it never says: gpuvirt "
		"verify reads that in VMware's log. --root looks at a tree captured elsewhere. --fix "
		"sets the host-wide key that a check offers, and nothing else. Exit status 1 when a "
		"verdict is bad.",
		COMMON | REPORTS | ROOT | OPTION_BIT(OPTION_OUTPUT_FORMAT) | OPTION_BIT(OPTION_FIX) |
			OPTION_BIT(OPTION_DRY_RUN) | BACKUPS,
		0, 0,
		{{"gpuvirt doctor", "this machine"},
		 {"gpuvirt doctor --root captured/ --output-format json", "another one, for programs"},
		 {"gpuvirt doctor -n --fix hybrid", "show what --fix would write"}},
		cmd_doctor,
	},
	{
		"rescue", "FILE", "bring back a .vmx that is missing, empty or cut off",
		"Looks beside FILE, which need not be there any more, for what could stand in its "
		"place: FILE~, which VMware leaves, FILE.bak*, and what vmware.log and its older "
		"ones tell of the configuration. Lists them with reasons, the best first, and shows "
		"as a diff against what is left what the best would give; --write puts it in place, "
		"atomically, and what was left stays as FILE.bak. What a log hides is listed and "
		"not made up. A file that is whole is left alone. Exit status 1 when there is "
		"something to rescue and it was not written.",
		COMMON | OPTION_BIT(OPTION_QUIET) | SIZE | OPTION_BIT(OPTION_FORCE) |
			OPTION_BIT(OPTION_WRITE) | OPTION_BIT(OPTION_CANDIDATE),
		1, 1,
		{{"gpuvirt rescue my.vmx", "what there is, and what the best would give"},
		 {"gpuvirt rescue --write my.vmx", "put the best in place"},
		 {"gpuvirt rescue --candidate vmware-1.log my.vmx", "look at another"}},
		cmd_rescue,
	},
	{
		"print", "FILE", "print all entries as VMware reads them",
		"Prints every entry as NAME = \"VALUE\". Bytes are those of the file; on a "
		"terminal they are shown as UTF-8 and control bytes are escaped. Lines that "
		"VMware cannot read are named on standard error.",
		COMMON | SIZE, 1, 1,
		{{"gpuvirt print my.vmx", "all entries"},
		 {"gpuvirt print my.vmx | grep -i '^svga\\.'", "some of them"}},
		cmd_print,
	},
	{
		"get", "FILE KEY...", "print the value of a key; exit 1 if it is not there",
		"Prints the value of each KEY on a line of its own, escapes undone. KEY is "
		"matched in any case.",
		COMMON | SIZE, 2, -1,
		{{"gpuvirt get my.vmx mks.enable3d", "prints TRUE or FALSE"}},
		cmd_get,
	},
	{
		"set", "FILE KEY=VALUE...", "set keys in one atomic write",
		"Sets each KEY to VALUE: only the bytes of the value change, a key that is not "
		"there is appended, one that stands several times is brought to one entry. "
		"VALUE is UTF-8 and is written in the encoding that the file declares.",
		COMMON | SIZE | WRITES | BACKUPS, 2, -1,
		{{"gpuvirt set my.vmx svga.graphicsMemoryKB=4194304", "one key"},
		 {"gpuvirt set -n my.vmx a.b=1 c.d=2", "show the change as a diff"}},
		cmd_set,
	},
	{
		"add", "FILE KEY=VALUE...", "add keys; fails if one is there already",
		"Appends each KEY with its VALUE, in one atomic write. If one of the keys is "
		"there already nothing is written and the exit status is 1.",
		COMMON | SIZE | WRITES | BACKUPS, 2, -1,
		{{"gpuvirt add my.vmx mks.enable3d.available=TRUE", "only if it is not set yet"}},
		cmd_add,
	},
	{
		"unset", "FILE KEY...", "remove keys in one atomic write",
		"Removes the lines of each KEY; with a * at its end those of all keys that "
		"begin so. If one of them is not there nothing is written and the exit status "
		"is 1.",
		COMMON | SIZE | WRITES | BACKUPS, 2, -1,
		{{"gpuvirt unset my.vmx svga.vgaOnly", "one key"},
		 {"gpuvirt unset my.vmx 'vmotion.svga.*'", "a family of keys"}},
		cmd_unset,
	},
	{
		"host", "files | get|unset KEY... | set KEY=VALUE...",
		"show or change keys of VMware's host-wide files",
		"VMware takes keys for all machines from files of the user and of the host; a .vmx "
		"that sets a key comes before them. files lists them in the order in which VMware "
		"asks them, get prints the value that wins and its file (-v: of all files, -q: only "
		"the value). set and unset change one file as they do a .vmx, by themselves that of "
		"the user; --file=system is for all users and needs root. A file that is not there "
		"is created, its folder is not. The preferences are written only while VMware is "
		"closed, which would write over them.",
		COMMON | REPORTS | SIZE | WRITES | BACKUPS | ROOT | OPTION_BIT(OPTION_FILE), 1, -1,
		{{"gpuvirt host files", "where VMware looks on this host"},
		 {"gpuvirt host get -v mks.gl.allowBlacklistedDrivers", "who sets it, and who wins"},
		 {"gpuvirt host set -n mks.vk.allowUnsupportedDevices=TRUE", "show the change"},
		 {"gpuvirt host unset --file system mks.enableVulkanRenderer",
		  "one key, for all users; as root"}},
		cmd_host,
	},
	{
		"explain", "[WORD...]", "say what is known of a key, rule or message",
		"Says what is known, how surely, and what that rests on. WORD is a key of a .vmx in "
		"any case, what keys begin with, the id of a rule, check, guard, message or cause, "
		"or a message of VMware's as it stands in a pop-up or a log, with prefixes, numbers "
		"and paths in it; - reads it from standard input. Without a WORD all that can be "
		"asked for is listed. FORMAT is text or json. Exit status 1 when nothing is known.",
		COMMON | OPTION_BIT(OPTION_OUTPUT_FORMAT), 0, -1,
		{{"gpuvirt explain mks.enable3d", "a key"},
		 {"gpuvirt explain 'vmotion.svga.*'", "a family of keys"},
		 {"gpuvirt explain stale-gpu-cache", "a rule that check named"},
		 {"gpuvirt explain No 3D support is available from the host", "a message"},
		 {"gpuvirt explain - < popup.txt", "a message with quotes in it"}},
		cmd_explain,
	},
	{
		"rules", "list | show NAME | lint FILE...", "list, show or check rule packs",
		"list names the packs that are built in, show prints one (\"structure\" prints "
		"the checks that are always on), lint checks your own rule files.",
		COMMON, 1, -1,
		{{"gpuvirt rules list", "what there is"},
		 {"gpuvirt rules show vmware-3d > mine.yaml", "start a pack of your own"},
		 {"gpuvirt rules lint mine.yaml", "check it"}},
		cmd_rules,
	},
	{
		"config", "show PATH", "show what holds for a path, and why",
		"Prints which .gpuvirt.yaml files were looked for and which holds, the overrides, "
		"rule packs and rules that apply to PATH, what is switched off, by comments in it "
		"too, and whether a search would pass over PATH, each with its file and line.",
		COMMON | CONFIG, 2, 2,
		{{"gpuvirt config show my.vmx", "one machine"},
		 {"gpuvirt config show --config ci.yaml vms/", "as if this file were given"}},
		cmd_config,
	},
	{
		"gpupv", "VERB [TARGET...]", "switch GPU-PV on and off, in Hyper-V and in files",
		"Shows and changes GPU paravirtualisation, by which a Hyper-V machine uses a GPU "
		"of its host. TARGET is the exact name or the GUID of a machine, which is off, or a "
		"file: NAME.7b, NAME.wsb, .wslconfig or wsl.conf, see docs/gpupv-files.md. "
		"What would have to be otherwise first is named with what to do about it. What "
		"was before is kept, and a step that fails takes the others back. The guest "
		"still needs the host's driver files, see docs/gpupv.md.",
		COMMON | HOSTS | OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_NO_BACKUP), 1, -1,
		{{"gpuvirt gpupv status --all", "what is on, and what is wrong with it"},
		 {"gpuvirt gpupv enable -n win11", "say what would be done"},
		 {"gpuvirt gpupv enable win11 --gpu \"RTX 4090\" --mmio-high 64G", "do it"},
		 {"gpuvirt gpupv undo win11", "back to the state before the last change"},
		 {"gpuvirt gpupv script enable win11 > on.ps1", "to run on another host"}},
		cmd_gpupv,
	},
	{
		"help", "[COMMAND]", "show this help, or that of a command",
		"Shows the commands, or the help of one.",
		COMMON, 0, 1, {{NULL, NULL}}, cmd_help,
	},
	{
		"version", "", "show the version",
		"Shows the version.",
		COMMON, 0, 0, {{NULL, NULL}}, cmd_version,
	},
};
/* clang-format on */

static const struct family {
	enum gv_exit (*run)(struct cli *cli);
	const struct command_verb *verbs;
} families[] = {{cmd_gpupv, gpupv_verbs}};

const struct command_verb *commands_verbs(const struct command *command)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		if (families[i].run == command->run)
			return families[i].verbs;
	}
	return NULL;
}

const struct command *commands_all(size_t *count)
{
	*count = sizeof commands / sizeof *commands;
	return commands;
}

const struct command *commands_find(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}
