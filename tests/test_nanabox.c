/* gpupv/nanabox.h: what NanaBox makes of a file, and edits that change nothing else. */
#include "support.h"

#include "gpupv/nanabox.h"

#define MARK "\xEF\xBB\xBF"

/* A span in a static table. */
#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

#define GPU                                                                                        \
	"\\\\?\\PCI#VEN_10DE&DEV_1C82#4&1&0&0008#{064092b3-625e-43bf-9eb5-dc845897dd59}\\GPUPARAV"
#define GPU_JSON                                                                                   \
	"\"\\\\\\\\?\\\\PCI#VEN_10DE&DEV_1C82#4&1&0&0008#{064092b3-625e-43bf-9eb5-dc845897dd59}\\\\GPUPARAV\""
#define OTHER      "\\\\?\\PCI#OTHER\\GPUPARAV"
#define OTHER_JSON "\"\\\\\\\\?\\\\PCI#OTHER\\\\GPUPARAV\""

static const struct gv_gpufile_device device = {{GPU, sizeof GPU - 1}, GV_GPUFILE_WHOLE};
static const struct gv_gpufile_device part = {{OTHER, sizeof OTHER - 1}, 3};
static const struct gv_gpufile_device wrong = {{"PCI#X", 5}, GV_GPUFILE_WHOLE};

/* TEXT behind a byte order mark; the caller's. */
static struct gv_buf marked(const char *text)
{
	struct gv_buf out = {0};
	gv_buf_text(&out, MARK);
	gv_buf_text(&out, text);
	return out;
}

static void a_file_says_what_nanabox_makes_of_it(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum gv_gpufile_power power;
		enum gv_gpufile_mode mode;
		size_t devices;
		uint16_t partition; /* of the last device */
		bool store;
		const char *notes[4];
	} rows[] = {
		{"{\"NanaBox\":{}}", GV_GPUFILE_IS_OFF, GV_GPUFILE_DISABLED, 0, 0, false, {NULL}},
		{"{\"NanaBox\":{\"Gpu\":{}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {NULL}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Default\"}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_DEFAULT,
	         0,
	         0,
	         false,
	         {NULL}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"M\\u0069rror\",\"EnableHostDriverStore\":true}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_MIRROR,
	         0,
	         0,
	         true,
	         {"with EnableHostDriverStore the machine cannot be suspended"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"list\",\"SelectedDevices\":[\"a\"]}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         1,
	         65535,
	         false,
	         {"AssignmentMode is \"list\": NanaBox knows Disabled, Default, List and Mirror, so "
	          "spelt, and takes all else for Disabled",
	          "SelectedDevices counts in the mode List only: NanaBox drops it when it next "
	          "writes the file"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":true}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {"AssignmentMode is true: NanaBox knows Disabled, Default, List and Mirror, so "
	          "spelt, and takes all else for Disabled"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[\"\",{},7]}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {"names no GPU: NanaBox drops this entry",
	          "names no GPU: NanaBox drops this entry",
	          "names no GPU: NanaBox drops this entry",
	          "AssignmentMode is List, but no GPU is listed: NanaBox takes it for Disabled"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\"}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {"AssignmentMode is List, but no GPU is listed: NanaBox takes it for Disabled"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":\"a\"}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {"SelectedDevices is no array, so it names no GPU",
	          "AssignmentMode is List, but no GPU is listed: NanaBox takes it for Disabled"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":"
	         "[\"a\",{\"DeviceInterface\":\"b\",\"PartitionId\":65535}]}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_LIST,
	         2,
	         65535,
	         false,
	         {NULL}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":"
	         "[{\"DeviceInterface\":\"b\",\"PartitionId\":65539}]}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_LIST,
	         1,
	         3,
	         false,
	         {"PartitionId is above 65535: NanaBox takes it for 3"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":"
	         "[{\"DeviceInterface\":\"b\",\"PartitionId\":\"65535\"}]}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_LIST,
	         1,
	         0,
	         false,
	         {"no PartitionId that is a whole number: NanaBox takes it for partition 0, not "
	          "for GPU-PV (65535)"}},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":"
	         "[{\"DeviceInterface\":\"b\",\"PartitionId\":-1}]}}}",
	         GV_GPUFILE_IS_ON,
	         GV_GPUFILE_LIST,
	         1,
	         0,
	         false,
	         {"no PartitionId that is a whole number: NanaBox takes it for partition 0, not "
	          "for GPU-PV (65535)"}},
		{"{\"NanaBox\":{\"Gpu\":{\"EnableHostDriverStore\":\"true\"}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {"EnableHostDriverStore is neither true nor false: it counts as false"}},
		{"{\"gpu\":{\"AssignmentMode\":\"List\"},\"NanaBox\":{\"gpu\":{\"AssignmentMode\":"
	         "\"List\"},\"Deep\":{\"Gpu\":{\"AssignmentMode\":\"Mirror\"}}}}",
	         GV_GPUFILE_IS_OFF,
	         GV_GPUFILE_DISABLED,
	         0,
	         0,
	         false,
	         {NULL}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf text = marked(rows[i].text);
		struct gv_gpufile_setting setting = {0};
		assert_int_equal(nanabox_read(&setting, gv_buf_span(&text), NULL), GV_OK);
		assert_int_equal(setting.power, rows[i].power);
		assert_int_equal(setting.mode, rows[i].mode);
		assert_int_equal(setting.driver_store, rows[i].store);
		assert_int_equal(setting.device_count, rows[i].devices);
		if (rows[i].devices > 0)
			assert_int_equal(setting.devices[rows[i].devices - 1].partition,
			                 rows[i].partition);
		size_t notes = 0;
		while (notes < COUNT(rows[i].notes) && rows[i].notes[notes] != NULL)
			notes++;
		assert_int_equal(setting.note_count, notes);
		for (size_t j = 0; j < notes; j++)
			assert_string_equal(setting.notes[j].message, rows[i].notes[j]);
		gv_gpufile_setting_dispose(&setting);
		gv_buf_dispose(&text);
	}
}

static void what_nanabox_would_not_read_is_refused(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		uint32_t line;
		uint32_t column;
		const char *message;
	} rows[] = {
		{BYTES("{\"NanaBox\":{}}"), 1, 1,
	         "does not begin with a byte order mark (EF BB BF), without which NanaBox reads "
	         "nothing: save it as UTF-8 with a byte order mark"},
		{BYTES(MARK), 1, 1,
	         "does not begin with a byte order mark (EF BB BF), without which NanaBox reads "
	         "nothing: save it as UTF-8 with a byte order mark"},
		{BYTES("\xFF\xFE{\0"), 1, 1,
	         "UTF-16, which NanaBox does not read: save it as UTF-8 with a byte order mark"},
		{BYTES(MARK "[]"), 1, 1, "no object: not a NanaBox configuration"},
		{BYTES(MARK "{}"), 1, 1, "has no object \"NanaBox\": not a NanaBox configuration"},
		{BYTES(MARK "{\"NanaBox\":1}"), 1, 1,
	         "has no object \"NanaBox\": not a NanaBox configuration"},
		{BYTES(MARK "{\"NanaBox\":{\n\"Gpu\":[]}}"), 2, 7,
	         "\"Gpu\" is no object: take it out, or make it {}"},
		{BYTES(MARK "{\"NanaBox\":{},}"), 1, 15, "a comma before the end of an object"},
		{BYTES(MARK "{\"NanaBox\":{}}\0"), 1, 15, "something behind the end of the JSON"},
		{BYTES(MARK "{\"NanaBox\":{},\"NanaBox\":{}}"), 1, 15,
	         "a name that stands twice in its object"},
	};
	struct gv_gpufile_wish wish = {.on = true};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_setting setting = {0};
		struct gv_edits edits = {0};
		struct gv_error err = {0};
		struct gv_error other = {0};
		assert_int_equal(nanabox_read(&setting, rows[i].text, &err), GV_EPARSE);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(err.column, rows[i].column);
		assert_int_equal(nanabox_plan(&edits, rows[i].text, &wish, &other), GV_EPARSE);
		assert_string_equal(other.message, rows[i].message);
		assert_int_equal(edits.count, 0);
		gv_edits_dispose(&edits);
		gv_gpufile_setting_dispose(&setting);
	}
}

static const struct gv_gpufile_wish off = {.on = false};
static const struct gv_gpufile_wish on = {.on = true};
static const struct gv_gpufile_wish mirror = {.on = true, .mode = GV_GPUFILE_MIRROR};
static const struct gv_gpufile_wish one = {.on = true, .devices = {&device, 1}};
static const struct gv_gpufile_wish again = {.on = true, .remembered = {&device, 1}};
static const struct gv_gpufile_wish partition = {.on = true, .remembered = {&part, 1}};
static const struct gv_gpufile_wish shared = {
	.on = true, .mode = GV_GPUFILE_DEFAULT, .driver_store = GV_GPUFILE_ON};
static const struct gv_gpufile_wish unshared = {.on = true, .driver_store = GV_GPUFILE_OFF};

static void only_what_is_wanted_changes(void **state)
{
	(void)state;
	static const struct {
		const char *before;
		const struct gv_gpufile_wish *wish;
		const char *after; /* NULL: the same */
	} rows[] = {
		/* The value alone, whatever is around it. */
		{"{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"Mirror\"\n    }\n  }\n}",
	         &off,
	         "{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"Disabled\"\n    }\n  }\n}"},
		{"{\r\n\t\"NanaBox\": {\r\n\t\t\"Gpu\" :{ \"AssignmentMode\":\t\"Default\" }\r\n\t}\r\n}\r\n",
	         &mirror,
	         "{\r\n\t\"NanaBox\": {\r\n\t\t\"Gpu\" :{ \"AssignmentMode\":\t\"Mirror\" }\r\n\t}\r\n}\r\n"},
		{"{\"NanaBox\":{\"Name\":\"\xC3\xA4\",\"\\u0047pu\":{\"AssignmentMode\":\"Disabled\"}}}\n",
	         &on,
	         "{\"NanaBox\":{\"Name\":\"\xC3\xA4\",\"\\u0047pu\":{\"AssignmentMode\":\"Default\"}}}\n"},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":7}}}", &on,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Default\"}}}"},
		/* Nothing to do. */
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Mirror\"}}}", &on, NULL},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"mirror\"}}}", &off, NULL},
		{"{\"NanaBox\":{}}", &off, NULL},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}",
	         &one, NULL},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[{\"PartitionId\":65535,"
	         "\"DeviceInterface\":" GPU_JSON "}]}}}",
	         &one, NULL},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Default\",\"EnableHostDriverStore\":true}}}",
	         &shared, NULL},
		/* The list stays in the file, and is taken up again. */
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}",
	         &off,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}"},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}",
	         &on,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}"},
		/* Members that are missing, in the layout that there is. */
		{"{\n    \"NanaBox\": {\n        \"Name\": \"x\"     \n    }\n}\n", &on,
	         "{\n    \"NanaBox\": {\n        \"Name\": \"x\",\n        \"Gpu\": {\n            "
	         "\"AssignmentMode\": \"Default\"\n        }     \n    }\n}\n"},
		{"{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"Disabled\"\n    },\n    \"Tpm\": true\n  }\n}",
	         &one,
	         "{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"List\",\n      "
	         "\"SelectedDevices\": [\n        " GPU_JSON
	         "\n      ]\n    },\n    \"Tpm\": true\n  }\n}"},
		{"{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"Disabled\",\n      \"X\": 1\n    }\n  }\n}",
	         &one,
	         "{\n  \"NanaBox\": {\n    \"Gpu\": {\n      \"AssignmentMode\": \"List\",\n      \"X\": 1,\n      "
	         "\"SelectedDevices\": [\n        " GPU_JSON "\n      ]\n    }\n  }\n}"},
		{"{\r\n\t\"NanaBox\" : {\r\n\t\t\"Gpu\" : {}\r\n\t}\r\n}", &again,
	         "{\r\n\t\"NanaBox\" : {\r\n\t\t\"Gpu\" : {\r\n\t\t\t\"AssignmentMode\" : \"List\",\r\n\t\t\t"
	         "\"SelectedDevices\" : [\r\n\t\t\t\t" GPU_JSON "\r\n\t\t\t]\r\n\t\t}\r\n\t}\r\n}"},
		{"{ \"NanaBox\": { } }", &on,
	         "{ \"NanaBox\": { \"Gpu\": { \"AssignmentMode\": \"Default\" } } }"},
		{"{\n \"NanaBox\": {\n }\n}", &on,
	         "{\n \"NanaBox\": {\n   \"Gpu\": {\n     \"AssignmentMode\": \"Default\"\n   }\n }\n}"},
		{"{\"NanaBox\":{\"Gpu\":{}}}", &partition,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[{ \"DeviceInterface\": " OTHER_JSON
	         ", \"PartitionId\": 3 }]}}}"},
		/* A list that is there is written anew in its own layout. */
		{"{\"NanaBox\":{\"Gpu\":{\"SelectedDevices\":[ \"a\",\n \"b\" ],\"AssignmentMode\":\"List\"}}}",
	         &one,
	         "{\"NanaBox\":{\"Gpu\":{\"SelectedDevices\":[\n " GPU_JSON
	         " ],\"AssignmentMode\":\"List\"}}}"},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[]}}}",
	         &again,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":[" GPU_JSON
	         "]}}}"},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Mirror\",\"EnableHostDriverStore\":true}}}",
	         &unshared,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Mirror\",\"EnableHostDriverStore\":false}}}"},
		{"{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\"}}}", &shared,
	         "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Default\",\"EnableHostDriverStore\":true}}}"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf before = marked(rows[i].before);
		struct gv_buf want = marked(rows[i].after == NULL ? rows[i].before : rows[i].after);
		struct gv_buf after = {0};
		struct gv_edits edits = {0};
		struct gv_edits more = {0};
		struct gv_error err = {0};
		nanabox_plan(&edits, gv_buf_span(&before), rows[i].wish, &err);
		assert_string_equal(err.message, "");
		assert_int_equal(gv_edits_apply(&edits, gv_buf_span(&before), &after, NULL), GV_OK);
		assert_span(gv_buf_span(&after), gv_buf_span(&want));
		assert_int_equal(edits.count == 0, rows[i].after == NULL);
		assert_int_equal(nanabox_plan(&more, gv_buf_span(&after), rows[i].wish, NULL),
		                 GV_OK);
		assert_int_equal(more.count, 0);
		gv_edits_dispose(&edits);
		gv_edits_dispose(&more);
		gv_buf_dispose(&before);
		gv_buf_dispose(&after);
		gv_buf_dispose(&want);
	}
}

static void a_wish_that_cannot_be_met_is_refused(void **state)
{
	(void)state;
	static const struct gv_gpufile_wish no_list = {.on = true, .mode = GV_GPUFILE_LIST};
	static const struct gv_gpufile_wish both = {
		.on = true, .mode = GV_GPUFILE_MIRROR, .devices = {&device, 1}};
	static const struct gv_gpufile_wish no_path = {.on = true, .devices = {&wrong, 1}};
	static const struct {
		const struct gv_gpufile_wish *wish;
		const char *message;
	} rows[] = {
		{&no_list, "the mode list needs a GPU to list: name it with --gpu, 'gpuvirt gpupv "
	                   "gpus' lists them"},
		{&both, "a GPU can be chosen in the mode list only"},
		{&no_path,
	         "\"PCI#X\" is no device interface, such as \\\\?\\PCI#VEN_...\\GPUPARAV: "
	         "'gpuvirt gpupv gpus' lists them"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_edits edits = {0};
		struct gv_error err = {0};
		assert_int_equal(
			nanabox_plan(&edits, SPAN(MARK "{\"NanaBox\":{}}"), rows[i].wish, &err),
			GV_EINVAL);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(edits.count, 0);
		gv_edits_dispose(&edits);
	}
}

/* OPENING COUNT times in a configuration: what would end a reader that descends, or be slow. */
static enum gv_status read_many(const char *head, const char *piece, size_t count, const char *tail,
                                struct gv_error *err)
{
	struct gv_buf text = marked(head);
	struct gv_gpufile_setting setting = {0};
	for (size_t i = 0; i < count; i++)
		gv_buf_text(&text, piece);
	gv_buf_text(&text, tail);
	enum gv_status status = nanabox_read(&setting, gv_buf_span(&text), err);
	gv_gpufile_setting_dispose(&setting);
	gv_buf_dispose(&text);
	return status;
}

static void hostile_texts_are_read_in_their_time(void **state)
{
	(void)state;
	struct gv_error err = {0};
	size_t many = 100000 / MANY_DIVISOR;
	assert_int_equal(read_many("", "[", many, "", &err), GV_EPARSE);
	assert_string_equal(err.message, "nested too deeply");
	err = (struct gv_error){0};
	assert_int_equal(read_many("{\"NanaBox\":", "{\"a\":", many, "", &err), GV_EPARSE);
	assert_string_equal(err.message, "nested too deeply");
	err = (struct gv_error){0};
	assert_int_equal(read_many("{\"NanaBox\":{\"Gpu\":{\"SelectedDevices\":[", "{},", many,
	                           "1]}}}", &err),
	                 GV_EPARSE);
	assert_string_equal(err.message, "more GPUs than any host has");
	assert_int_equal(read_many("{\"NanaBox\":{}, \"a\":[", "{\"b\":0},", many, "1]}", NULL),
	                 GV_OK);
	assert_int_equal(read_many("{\"NanaBox\":{}", ",\"\\u0061\":1", many, "}", NULL),
	                 GV_EPARSE);
	assert_int_equal(read_many("{\"NanaBox\":{}", " ", many, "}", NULL), GV_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_what_nanabox_makes_of_it),
		cmocka_unit_test(what_nanabox_would_not_read_is_refused),
		cmocka_unit_test(only_what_is_wanted_changes),
		cmocka_unit_test(a_wish_that_cannot_be_met_is_refused),
		cmocka_unit_test(hostile_texts_are_read_in_their_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
