/*
 * A client of the first header: its structs are shorter where later versions have appended fields. Words: the model
 * package's folder. Compiled against tests/data/ropar_v1.h, never against the current header.
 */
#include "check.h"

int main(int argc, char **argv)
{
    SIZED(ropar_error, error);
    SIZED(ropar_engine_options, options);
    SIZED(ropar_generate_options, generate);
    SIZED(ropar_motion_view, view);
    SIZED(ropar_rig_arrays, rig_view);
    SIZED(ropar_retarget_options, retarget);
    SIZED(ropar_retargeted_view, made);
    ropar_engine *engine = NULL;
    ropar_motion *motion = NULL;
    ropar_rig *rig = NULL;
    ropar_retargeted *retargeted = NULL;

    CHECK(argc == 2);
    CHECK(ropar_abi_version() >= ROPAR_ABI_VERSION);
    options.package = argv[1];
    options.backend = "embedded";
    OK(ropar_engine_open(&options, &engine, &error));
    generate.seconds = 0.8f;
    generate.iterations = 1;
    generate.steps = 1;
    OK(ropar_generate(engine, "a person walks", &generate, &motion, &error));
    OK(ropar_motion_get(motion, &view, &error));
    CHECK(view.frames == 16 && view.joints == 22 && view.warnings != NULL);
    OK(ropar_motion_write(motion, "walk.glb", 30.0f, &error));
    OK(ropar_rig_read("walk.glb", &rig, &error));
    OK(ropar_rig_get(rig, &rig_view, &error));
    CHECK(rig_view.nodes >= 22);
    retarget.in_place = 1;
    OK(ropar_retarget(motion, rig, NULL, &retarget, &retargeted, &error));
    OK(ropar_retargeted_get(retargeted, &made, &error));
    CHECK(made.frames == 16 && made.nodes == rig_view.nodes);
    OK(ropar_retargeted_free(retargeted));
    OK(ropar_rig_free(rig));
    OK(ropar_motion_free(motion));
    OK(ropar_engine_close(engine));
    return 0;
}
