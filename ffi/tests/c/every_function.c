/*
 * Every function of the header, used as it is meant. Words: the model package's folder; without it, what needs an engine
 * and the command line is left out, for a library that was built without them.
 * C99 and C++17; files are written into the current folder.
 */
#include "check.h"

enum { FRAMES = 24, JOINTS = 22 };

static int reports;

static int32_t count_reports(float share, void *user)
{
    int *count = (int *)user;
    ++*count;
    return !(share >= 0.0f && share <= 1.0f);
}

static int32_t cancel_at_third(float share, void *user)
{
    int *count = (int *)user;
    (void)share;
    return ++*count == 3;
}

static void keep_message(int32_t level, const char *target, const char *message, void *user)
{
    char *kept = (char *)user;
    if (level == ROPAR_LOG_WARN && target[0] != 0 && kept[0] == 0)
        strncpy(kept, message, 255);
}

static void check_versions(void)
{
    SIZED(ropar_error, error);
    uint64_t value = 77;

    CHECK(ropar_abi_version() == ROPAR_ABI_VERSION);
    CHECK(strchr(ropar_version(), '.') != NULL);
    CHECK(strcmp(ropar_status_name(ROPAR_CANCELLED), "cancelled") == 0);
    CHECK(strcmp(ropar_status_name(-5), "unknown") == 0);
    OK(ropar_query(ROPAR_QUERY_JOINTS, &value, &error));
    CHECK(value == JOINTS);
    OK(ropar_query(ROPAR_QUERY_MAX_FRAMES, &value, &error));
    CHECK(value >= 100000);
    FAILS(ROPAR_ERROR_UNSUPPORTED, ropar_query(12345, &value, &error));
    CHECK(value == 0);
}

/* A body that stands and turns its head, so that its positions have a closed form. */
static ropar_motion *standing(void)
{
    static float root[FRAMES][3], rotations[FRAMES][JOINTS][4], confidences[FRAMES][JOINTS], contacts[FRAMES][4];
    SIZED(ropar_error, error);
    SIZED(ropar_motion_arrays, arrays);
    ropar_motion *motion = NULL;
    int frame, joint;

    for (frame = 0; frame < FRAMES; ++frame) {
        root[frame][0] = 0.1f * (float)frame;
        root[frame][1] = 0.955f;
        root[frame][2] = 0.0f;
        for (joint = 0; joint < JOINTS; ++joint) {
            memset(rotations[frame][joint], 0, sizeof rotations[frame][joint]);
            rotations[frame][joint][3] = 1.0f;
            confidences[frame][joint] = 0.9f;
        }
        contacts[frame][0] = contacts[frame][1] = contacts[frame][2] = contacts[frame][3] = 1.0f;
    }
    arrays.fps = 20.0f;
    arrays.frames = FRAMES;
    arrays.root = root[0];
    arrays.rotations = rotations[0][0];
    arrays.confidences = confidences[0];
    arrays.contacts = contacts[0];
    arrays.metadata = "{\"title\": \"standing\"}";
    OK(ropar_motion_from_arrays(&arrays, &motion, &error));
    return motion;
}

static void check_motions(ropar_motion *motion)
{
    static float copy[FRAMES * JOINTS * 4];
    SIZED(ropar_error, error);
    SIZED(ropar_motion_view, view);
    SIZED(ropar_motion_view, other);
    SIZED(ropar_motion_arrays, arrays);
    ropar_motion *resampled = NULL, *read = NULL, *solved = NULL;
    uint32_t head[1] = {15};

    OK(ropar_motion_get(motion, &view, &error));
    CHECK(view.frames == FRAMES && view.joints == JOINTS && view.fps == 20.0f && view.contact_count == 4);
    CHECK(strcmp(view.joint_names[15], "head") == 0 && view.parents[15] == 12 && view.parents[0] == -1);
    CHECK(strstr(view.metadata, "standing") != NULL && strcmp(view.warnings, "[]") == 0);
    CHECK(view.confidences[5] == 0.9f && view.contacts[7] == 1.0f);
    /* At rest a joint lies at the sum of the offsets up to the root: the left hip is a child of the pelvis. */
    CHECK(fabsf(view.positions[3 * 1] - view.rest_offsets[3 * 1]) < 1e-6f);
    CHECK(fabsf(view.positions[3 * 1 + 1] - (0.955f + view.rest_offsets[3 * 1 + 1])) < 1e-6f);

    OK(ropar_motion_copy(motion, ROPAR_CHANNEL_ROTATIONS, copy, FRAMES * JOINTS * 4, &error));
    CHECK(memcmp(copy, view.rotations, sizeof copy) == 0);
    OK(ropar_motion_copy(motion, ROPAR_CHANNEL_POSITIONS, copy, FRAMES * JOINTS * 4, &error));
    CHECK(memcmp(copy, view.positions, FRAMES * JOINTS * 3 * sizeof(float)) == 0);
    FAILS(ROPAR_ERROR_ARGUMENT, ropar_motion_copy(motion, ROPAR_CHANNEL_ROOT, copy, 3, &error));

    /* The same body from its positions alone. */
    arrays.fps = 20.0f;
    arrays.frames = FRAMES;
    arrays.positions = view.positions;
    OK(ropar_motion_from_arrays(&arrays, &solved, &error));
    OK(ropar_motion_get(solved, &other, &error));
    CHECK(other.frames == FRAMES && other.confidences == NULL);
    CHECK(fabsf(other.positions[3 * 15 + 1] - view.positions[3 * 15 + 1]) < 0.02f);
    OK(ropar_motion_copy(motion, ROPAR_CHANNEL_CONTACTS, copy, FRAMES * 4, &error));
    CHECK(copy[0] == 1.0f && copy[FRAMES * 4 - 1] == 1.0f);

    /* Nobody said what touches the floor: a body that glides 10 cm a frame at 20 frames a second slides, so nothing does;
       at a quarter of a frame a second it all but stands. */
    CHECK(other.contacts[4 * 10] == 0.0f && other.contacts[4 * 10 + 3] == 0.0f);
    arrays.fps = 0.25f;
    OK(ropar_motion_free(solved));
    OK(ropar_motion_from_arrays(&arrays, &solved, &error));
    OK(ropar_motion_get(solved, &other, &error));
    CHECK(other.contacts[4 * 10] == 1.0f && other.contacts[4 * 10 + 3] == 1.0f);

    OK(ropar_motion_resample(motion, 40.0f, &resampled, &error));
    OK(ropar_motion_get(resampled, &other, &error));
    CHECK(other.frames == 2 * FRAMES - 1 && fabsf(other.root[3] - 0.05f) < 1e-6f && other.confidences[0] == 0.9f);

    OK(ropar_motion_write(motion, "standing.glb", 0.0f, &error));
    OK(ropar_motion_read("standing.glb", &read, &error));
    OK(ropar_motion_get(read, &other, &error));
    CHECK(other.frames == FRAMES && strstr(other.metadata, "standing") != NULL);
    OK(ropar_motion_write_over(motion, "standing.glb", "standing_2.glb", head, 1, &error));
    OK(ropar_motion_free(read));
    FAILS(ROPAR_ERROR_INPUT, ropar_motion_read("nowhere.glb", &read, &error));
    CHECK(read == NULL);
    OK(ropar_motion_free(solved));
    OK(ropar_motion_free(resampled));
}

static void check_files(void)
{
    SIZED(ropar_error, error);
    SIZED(ropar_convert_options, options);
    SIZED(ropar_rig_arrays, view);
    char *text = NULL;
    ropar_rig *rig = NULL;

    OK(ropar_file_inspect("standing.glb", &text, &error));
    CHECK(strstr(text, "\"known_joints\":22") != NULL);
    OK(ropar_text_free(text));
    CHECK(ropar_text_free(text) == ROPAR_ERROR_HANDLE);
    options.fps = 10.0;
    OK(ropar_file_convert("standing.glb", "standing.bvh", &options, &text, &error));
    CHECK(text[0] == '[');
    OK(ropar_text_free(text));
    OK(ropar_rig_read("standing.bvh", &rig, &error));
    OK(ropar_rig_get(rig, &view, &error));
    CHECK(view.nodes >= JOINTS && view.parents[0] == -1 && view.rest[15] == 1.0);
    OK(ropar_rig_free(rig));
}

/* The canonical skeleton as somebody's rig, under other names and rests at the same places. */
static ropar_rig *same_rig(ropar_motion *motion)
{
    static const char *const names[JOINTS] = {
        "mixamorig:Hips",         "mixamorig:LeftUpLeg",    "mixamorig:RightUpLeg", "mixamorig:Spine",
        "mixamorig:LeftLeg",      "mixamorig:RightLeg",     "mixamorig:Spine1",     "mixamorig:LeftFoot",
        "mixamorig:RightFoot",    "mixamorig:Spine2",       "mixamorig:LeftToeBase", "mixamorig:RightToeBase",
        "mixamorig:Neck",         "mixamorig:LeftShoulder", "mixamorig:RightShoulder", "mixamorig:Head",
        "mixamorig:LeftArm",      "mixamorig:RightArm",     "mixamorig:LeftForeArm", "mixamorig:RightForeArm",
        "mixamorig:LeftHand",     "mixamorig:RightHand"};
    static double rest[JOINTS][16];
    SIZED(ropar_error, error);
    SIZED(ropar_motion_view, view);
    SIZED(ropar_rig_arrays, arrays);
    ropar_rig *rig = NULL;
    int joint, axis;

    OK(ropar_motion_get(motion, &view, &error));
    for (joint = 0; joint < JOINTS; ++joint) {
        for (axis = 0; axis < 4; ++axis)
            rest[joint][5 * axis] = 1.0;
        for (axis = 0; axis < 3; ++axis)
            rest[joint][4 * axis + 3] = view.rest_offsets[3 * joint + axis];
    }
    rest[0][7] = 0.955;
    arrays.nodes = JOINTS;
    arrays.names = names;
    arrays.parents = view.parents;
    arrays.rest = rest[0];
    OK(ropar_rig_from_arrays(&arrays, &rig, &error));
    return rig;
}

static void check_rigs(ropar_motion *motion)
{
    SIZED(ropar_error, error);
    SIZED(ropar_rig_arrays, view);
    SIZED(ropar_mapping_view, mapped);
    SIZED(ropar_retarget_options, options);
    SIZED(ropar_retargeted_view, made);
    SIZED(ropar_take_arrays, take);
    SIZED(ropar_motion_view, motion_view);
    SIZED(ropar_motion_view, back_view);
    SIZED(ropar_retarget_file_options, file_options);
    ropar_rig *rig = same_rig(motion);
    ropar_mapping *mapping = NULL, *again = NULL;
    ropar_retargeted *retargeted = NULL;
    ropar_motion *back = NULL;
    char *text = NULL;
    uint64_t can = 0;
    int joint;

    OK(ropar_rig_get(rig, &view, &error));
    CHECK(view.nodes == JOINTS && strcmp(view.names[15], "mixamorig:Head") == 0 && view.rest[7] == 0.955);
    OK(ropar_query(ROPAR_QUERY_MAPPING, &can, &error));
    CHECK(can == 1);
    OK(ropar_query(ROPAR_QUERY_RETARGET, &can, &error));
    CHECK(can == 1);

    OK(ropar_rig_map(rig, &mapping, &error));
    OK(ropar_mapping_get(mapping, &mapped, &error));
    CHECK(strcmp(mapped.family, "mixamo") == 0 && mapped.spine_count == 3 && mapped.neck_count == 1);
    for (joint = 0; joint < JOINTS; ++joint)
        CHECK(mapped.joints[joint] == joint && mapped.confidences[joint] > 0.5f);
    OK(ropar_mapping_free(mapping));
    OK(ropar_rig_map_character(rig, 1, &mapping, &error));
    FAILS(ROPAR_ERROR_INPUT, ropar_rig_map_character(rig, 2, &again, &error));
    OK(ropar_mapping_json(mapping, &text, &error));
    OK(ropar_mapping_from_json(rig, text, &again, &error));
    OK(ropar_mapping_get(again, &mapped, &error));
    CHECK(mapped.joints[20] == 20);
    OK(ropar_mapping_free(again));
    FAILS(ROPAR_ERROR_INPUT, ropar_mapping_from_json(rig, "{\"joints\": {\"head\": \"no such node\"}}", &again, &error));
    CHECK(again == NULL);

    /* The same body at the same size: the same root and no turn anywhere. */
    options.ignore_contacts = 1;
    OK(ropar_retarget(motion, rig, mapping, &options, &retargeted, &error));
    OK(ropar_retargeted_get(retargeted, &made, &error));
    OK(ropar_motion_get(motion, &motion_view, &error));
    CHECK(made.nodes == JOINTS && made.frames == FRAMES && made.fps == 20.0f);
    CHECK(fabs(made.translations[3 * JOINTS * 10] - (double)motion_view.root[3 * 10]) < 1e-3);
    CHECK(fabs(made.rotations[4 * (JOINTS * 10 + 16) + 3]) > 0.999);
    CHECK(strstr(made.report, "\"verdict\"") != NULL);

    /* And back again. */
    take.fps = made.fps;
    take.frames = made.frames;
    take.rotations = made.rotations;
    take.translations = made.translations;
    OK(ropar_motion_from_rig(rig, NULL, &take, &back, &error));
    OK(ropar_motion_get(back, &back_view, &error));
    CHECK(back_view.frames == FRAMES && fabsf(back_view.root[3 * 10] - motion_view.root[3 * 10]) < 0.01f);

    file_options.ignore_contacts = 1;
    OK(ropar_text_free(text));
    OK(ropar_retarget_file("standing.glb", "standing_2.glb", "retargeted.glb", &file_options, &text, &error));
    CHECK(strstr(text, "\"verdict\"") != NULL);
    OK(ropar_text_free(text));

    /* In the order in which a careless host might do it: what a mapping needs of its rig, it keeps. */
    OK(ropar_rig_free(rig));
    CHECK(ropar_mapping_get(mapping, &mapped, &error) == ROPAR_OK);
    OK(ropar_mapping_free(mapping));
    OK(ropar_retargeted_free(retargeted));
    OK(ropar_motion_free(back));
}

static void check_engine(const char *package, ropar_motion *motion)
{
    static float latents[4096];
    static uint8_t states[256];
    static const char *const parts[1] = {"left_arm"};
    SIZED(ropar_error, error);
    SIZED(ropar_engine_options, options);
    SIZED(ropar_engine_description, description);
    SIZED(ropar_generate_options, generate);
    SIZED(ropar_redo_options, redo);
    SIZED(ropar_motion_view, view);
    SIZED(ropar_motion_view, other);
    SIZED(ropar_motion_view, kept_view);
    SIZED(ropar_grid_description, grid_view);
    char *text = NULL, warning[256] = "";
    ropar_engine *engine = NULL;
    ropar_motion *made = NULL, *again = NULL, *kept = NULL;
    ropar_grid *grid = NULL;
    uint32_t joints[JOINTS];
    uint64_t count = 0, cell, cells, size;
    int cancels = 0;

    OK(ropar_package_info(package, 1, &text, &error));
    CHECK(strstr(text, "left_arm") != NULL && strstr(text, "frame_rate") != NULL);
    OK(ropar_text_free(text));
    OK(ropar_add_search_folder("nowhere/at/all", &error));

    options.package = package;
    options.backend = "embedded";
    OK(ropar_engine_open(&options, &engine, &error));
    OK(ropar_engine_describe(engine, &description, &error));
    CHECK(description.part_count == 5 && strcmp(description.backend, "embedded") == 0 && description.frame_rate > 0.0f);
    CHECK(description.longest_seconds > description.shortest_seconds && description.licence_notice[0] != 0);
    OK(ropar_engine_info(engine, &text, &error));
    CHECK(strstr(text, "\"runtime\"") != NULL);
    OK(ropar_text_free(text));
    OK(ropar_engine_part_joints(engine, "left_arm", joints, JOINTS, &count, &error));
    CHECK(count == 4 && joints[0] == 13 && joints[3] == 20);
    OK(ropar_engine_part_joints(engine, "left_arm", NULL, 0, &count, &error));
    CHECK(count == 4);

    /* The same seed, the same motion. An emoji is dropped, with a warning to the log and in the motion. */
    OK(ropar_set_log(keep_message, warning, ROPAR_LOG_WARN, &error));
    generate.seconds = 0.8f;
    generate.seed = 7;
    generate.iterations = 2;
    generate.steps = 2;
    generate.progress = count_reports;
    generate.user = &reports;
    OK(ropar_generate(engine, "a person waves \xf0\x9f\x91\x8b", &generate, &made, &error));
    OK(ropar_set_log(NULL, NULL, ROPAR_LOG_OFF, &error));
    CHECK(warning[0] != 0 && reports > 4);
    OK(ropar_motion_get(made, &view, &error));
    CHECK(view.frames == 16 && strlen(view.warnings) > 4 && strstr(view.metadata, "\"seed\":7") != NULL);
    OK(ropar_generate(engine, "a person waves \xf0\x9f\x91\x8b", &generate, &again, &error));
    OK(ropar_motion_get(again, &other, &error));
    CHECK(memcmp(view.rotations, other.rotations, (size_t)view.frames * JOINTS * 4 * sizeof(float)) == 0);
    OK(ropar_motion_free(again));

    generate.progress = cancel_at_third;
    generate.user = &cancels;
    FAILS(ROPAR_CANCELLED, ropar_generate(engine, "a person waves", &generate, &again, &error));
    CHECK(cancels == 3 && again == NULL);
    generate.progress = NULL;

    /* Only the named arm changes. */
    redo.seed = 3;
    OK(ropar_redo(engine, made, parts, 1, "a person raises the left arm", &redo, &again, &error));
    OK(ropar_motion_get(again, &other, &error));
    CHECK(memcmp(view.root, other.root, (size_t)view.frames * 3 * sizeof(float)) == 0);
    CHECK(memcmp(view.rotations + 4 * 17, other.rotations + 4 * 17, 4 * sizeof(float)) == 0);
    CHECK(memcmp(view.rotations + 4 * 16, other.rotations + 4 * 16, 4 * sizeof(float)) != 0);
    OK(ropar_motion_free(again));

    /* From nothing through a grid is what ropar_generate makes before it plants the feet. */
    OK(ropar_grid_new(engine, 16, &grid, &error));
    OK(ropar_grid_describe(grid, &grid_view, &error));
    CHECK(grid_view.tokens == 4 && grid_view.parts == 5 && grid_view.masked == 20 && grid_view.frames == 16);
    OK(ropar_grid_fill(engine, grid, "a person waves \xf0\x9f\x91\x8b", &generate, &error));
    OK(ropar_grid_describe(grid, &grid_view, &error));
    CHECK(grid_view.masked == 0);
    OK(ropar_grid_decode(engine, grid, &again, &error));
    OK(ropar_motion_get(again, &other, &error));
    CHECK(memcmp(view.rotations, other.rotations, (size_t)view.frames * JOINTS * 4 * sizeof(float)) != 0);
    generate.keep_feet = 1;
    OK(ropar_generate(engine, "a person waves \xf0\x9f\x91\x8b", &generate, &kept, &error));
    generate.keep_feet = 0;
    OK(ropar_motion_get(kept, &kept_view, &error));
    CHECK(memcmp(kept_view.rotations, other.rotations, (size_t)view.frames * JOINTS * 4 * sizeof(float)) == 0);
    OK(ropar_motion_free(kept));
    OK(ropar_motion_free(again));
    OK(ropar_grid_free(grid));

    /* An in-between with a noisy arm: known and noisy cells stay as they are. */
    OK(ropar_grid_encode(engine, motion, 0.5f, &grid, &error));
    OK(ropar_grid_describe(grid, &grid_view, &error));
    cells = grid_view.tokens * grid_view.parts;
    size = grid_view.latent_size;
    CHECK(grid_view.masked == 0 && grid_view.tokens == FRAMES / 4 && cells * size <= 4096);
    OK(ropar_grid_copy(grid, latents, 4096, states, 256, &error));
    CHECK(states[0] == ROPAR_CELL_KNOWN);
    for (cell = 0; cell < grid_view.parts; ++cell)
        OK(ropar_grid_set_states(grid, (uint32_t)cell, 2, 2, ROPAR_CELL_MASKED, &error));
    OK(ropar_grid_set_states(grid, 1, 0, 6, ROPAR_CELL_NOISY, &error));
    latents[0] += 0.25f;
    OK(ropar_grid_set_cells(grid, 0, 1, latents, NULL, &error));
    OK(ropar_grid_fill(engine, grid, "a person stands still", &generate, &error));
    {
        static float filled[4096];
        static uint8_t filled_states[256];
        OK(ropar_grid_copy(grid, filled, 4096, filled_states, 256, &error));
        CHECK(filled[0] == latents[0]);
        for (cell = 0; cell < cells; ++cell) {
            int masked = cell / 5 >= 2 && cell / 5 < 4 && cell % 5 != 1;
            int same = memcmp(filled + cell * size, latents + cell * size, (size_t)size * sizeof(float)) == 0;
            CHECK(same != masked);
            CHECK(filled_states[cell] == (cell % 5 == 1 ? ROPAR_CELL_NOISY : ROPAR_CELL_KNOWN));
        }
    }
    OK(ropar_grid_free(grid));
    OK(ropar_motion_free(made));
    OK(ropar_engine_close(engine));
    CHECK(ropar_engine_close(engine) == ROPAR_ERROR_HANDLE);
}

static void check_command_line(void)
{
    static const char *const version[] = {"ropar", "--version"}, *const wrong[] = {"ropar", "inspect", "nowhere.glb"};
    SIZED(ropar_error, error);

    CHECK(ropar_main(2, version) == 0);
    CHECK(ropar_main(3, wrong) == ROPAR_ERROR_INPUT);
}

int main(int argc, char **argv)
{
    SIZED(ropar_error, error);
    ropar_motion *motion;
    uint64_t live = 0;

    CHECK(argc <= 2);
    check_versions();
    motion = standing();
    check_motions(motion);
    check_files();
    check_rigs(motion);
    if (argc == 2) {
        check_engine(argv[1], motion);
        check_command_line();
    }
    OK(ropar_motion_free(motion));
    OK(ropar_query(ROPAR_QUERY_LIVE_TEXTS, &live, &error));
    CHECK(live == 0);
    OK(ropar_query(ROPAR_QUERY_LIVE_HANDLES, &live, &error));
    printf("%u handles are left\n", (unsigned)live);
    CHECK(live == 0);
    return 0;
}
