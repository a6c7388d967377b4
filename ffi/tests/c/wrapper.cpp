/* ropar.hpp: owned objects, exceptions in both directions, threads. Words: the model package's folder. */
#include <algorithm>
#include <cmath>
#include <cstring>
#include <iostream>
#include <thread>

#include "ropar.hpp"

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            std::cerr << __FILE__ << ':' << __LINE__ << ": " << #condition << '\n';          \
            std::exit(1);                                                                    \
        }                                                                                    \
    } while (0)

/* The status that a call throws; ROPAR_OK where it throws nothing. */
template <typename Call> ropar_status thrown(Call call)
{
    try {
        call();
    } catch (const ropar::Error &error) {
        CHECK(*error.what() && !error.hint().empty());
        return error.status();
    }
    return ROPAR_OK;
}

struct HostsOwn {
    int number;
};

static ropar::Motion standing()
{
    const std::size_t frames = 24;
    std::vector<float> root(frames * 3), rotations(frames * 22 * 4);
    for (std::size_t frame = 0; frame < frames; ++frame)
        root[3 * frame + 1] = 0.955f;
    for (std::size_t joint = 0; joint < frames * 22; ++joint)
        rotations[4 * joint + 3] = 1.0f;
    ropar::MotionArrays arrays;
    arrays.fps = 20.0f;
    arrays.frames = frames;
    arrays.root = root.data();
    arrays.rotations = rotations.data();
    arrays.metadata = R"({"title": "standing"})";
    return ropar::Motion(arrays);
}

static void check_motions()
{
    ropar::Motion motion = standing();
    CHECK(motion.frames() == 24 && motion.joints() == 22 && motion.root().size() == 72);
    CHECK(motion.joint_names()[15] == "head" && motion.parents()[15] == 12);
    CHECK(motion.confidences().empty() && motion.metadata().find("standing") != std::string_view::npos);
    ropar::Motion moved = std::move(motion);
    CHECK(moved && !motion && motion.root().empty());
    CHECK(thrown([&] { motion.write("a.glb"); }) == ROPAR_ERROR_HANDLE);
    CHECK(thrown([] { ropar::Motion::read("nowhere.glb"); }) == ROPAR_ERROR_INPUT);
    moved.write("standing.glb");
    CHECK(ropar::Motion::read("standing.glb").frames() == 24);
    moved.write_over("standing.glb", "standing_2.glb", {15});
    CHECK(moved.resample(40.0f).frames() == 47);
    CHECK(ropar::inspect_file("standing.glb").find("\"takes\"") != std::string::npos);
    ropar::ConvertOptions options;
    options.fps = 10.0;
    CHECK(ropar::convert_file("standing.glb", "standing.bvh", options)[0] == '[');
}

static void check_rigs()
{
    const ropar::Motion motion = standing();
    const ropar::Rig rig = ropar::Rig::read("standing.glb");
    CHECK(rig.nodes() >= 22 && rig.rest().size() == rig.nodes() * 16 && rig.names().size() == rig.nodes());
    const ropar::Rig copy(rig.names(), {rig.parents().begin(), rig.parents().end()},
                          {rig.rest().begin(), rig.rest().end()}, {rig.kinds().begin(), rig.kinds().end()});
    CHECK(thrown([] { ropar::Rig({"a", "b"}, {-1}, std::vector<double>(32)); }) == ROPAR_ERROR_ARGUMENT);
    const ropar::Mapping mapping = ropar::Mapping::of(copy);
    CHECK(mapping.family() == "ropar" && mapping.joints()[20] >= 0 && mapping.confidences()[20] > 0.5f);
    const ropar::Mapping again = ropar::Mapping::from_json(copy, mapping.to_json());
    CHECK(std::equal(mapping.joints().begin(), mapping.joints().end(), again.joints().begin()));
    ropar::RetargetOptions options;
    options.in_place = true;
    const ropar::Retargeted made = ropar::retarget(motion, copy, again, options);
    CHECK(made.frames() == 24 && made.nodes() == copy.nodes() && made.report().find("verdict") != std::string_view::npos);
    const ropar::Motion back = ropar::motion_from_rig(copy, made.fps(), made.frames(),
                                                      {made.rotations().begin(), made.rotations().end()},
                                                      {made.translations().begin(), made.translations().end()});
    CHECK(back.frames() == 24 && std::fabs(back.root()[1] - 0.955f) < 0.01f);
    CHECK(!ropar::retarget_file("standing.glb", "standing_2.glb", "retargeted.glb").empty());
}

static void check_engine(const std::string &package)
{
    ropar::EngineOptions opened;
    opened.package = package;
    opened.backend = "embedded";
    CHECK(ropar::package_info(package).find("left_arm") != std::string::npos);
    CHECK(thrown([] { ropar::EngineOptions options; options.package = "/no/such"; ropar::Engine engine(options); })
          == ROPAR_ERROR_PACKAGE);
    const ropar::Engine engine(opened);
    CHECK(engine.parts().size() == 5 && engine.part_joints("left_arm").size() == 4);
    CHECK(engine.info().find("runtime") != std::string::npos && engine.description().frame_rate > 0.0f);

    std::string warning;
    ropar::set_log([&](int, std::string_view, std::string_view message) {
        warning = message;
        throw HostsOwn{1}; // dropped: a log function has nobody to throw to
    });
    ropar::GenerateOptions options;
    options.seconds = 0.8f;
    options.seed = 7;
    options.iterations = options.steps = 2;
    int reports = 0;
    options.progress = [&](float) { return ++reports > 0; };
    const ropar::Motion motion = engine.generate("a person waves \xf0\x9f\x91\x8b", options);
    ropar::set_log({});
    CHECK(motion.frames() == 16 && reports > 4 && !warning.empty());

    options.progress = [](float share) { return share < 0.3f; };
    CHECK(thrown([&] { engine.generate("a person waves", options); }) == ROPAR_CANCELLED);
    try {
        engine.generate("a person waves", options);
        CHECK(false);
    } catch (const ropar::Cancelled &) {
    }
    // The host's own exception goes through the library and comes out whole.
    options.progress = [](float share) -> bool { return share < 0.3f ? true : throw HostsOwn{42}; };
    int number = 0;
    try {
        engine.generate("a person waves", options);
    } catch (const HostsOwn &own) {
        number = own.number;
    }
    CHECK(number == 42);
    options.progress = nullptr;
    CHECK(thrown([&] { ropar::GenerateOptions wrong; wrong.seconds = 0.0f; engine.generate("a man walks", wrong); })
          == ROPAR_ERROR_INPUT);

    ropar::RedoOptions redo;
    redo.in_step = true;
    const ropar::Motion redone = engine.redo(motion, {"left_arm", "right_arm"}, "a person raises both arms", redo);
    CHECK(std::equal(motion.root().begin(), motion.root().end(), redone.root().begin()));
    CHECK(!std::equal(motion.rotations().begin(), motion.rotations().end(), redone.rotations().begin()));

    ropar::Grid grid = engine.grid(16);
    CHECK(grid.describe().masked == 20);
    grid.set_states(0, 0, 1, ROPAR_CELL_NOISY);
    CHECK(grid.states()[0] == ROPAR_CELL_NOISY && grid.latents().size() == 20u * grid.describe().latent_size);
    grid.set_cells(0, {}, {ROPAR_CELL_MASKED});
    engine.fill(grid, "a person waves \xf0\x9f\x91\x8b", options);
    const ropar::Motion decoded = engine.decode(grid);
    CHECK(!std::equal(motion.rotations().begin(), motion.rotations().end(), decoded.rotations().begin()));
    options.plant_feet = false;
    const ropar::Motion kept = engine.generate("a person waves \xf0\x9f\x91\x8b", options);
    options.plant_feet = true;
    CHECK(std::equal(kept.rotations().begin(), kept.rotations().end(), decoded.rotations().begin()));
    CHECK(engine.encode(decoded).describe().masked == 0);

    // One engine, several threads, the same result.
    std::vector<ropar::Motion> made(4);
    std::vector<std::thread> threads;
    for (auto &place : made)
        threads.emplace_back([&] { place = engine.generate("a person waves \xf0\x9f\x91\x8b", options); });
    for (auto &thread : threads)
        thread.join();
    for (const auto &other : made)
        CHECK(std::equal(motion.rotations().begin(), motion.rotations().end(), other.rotations().begin()));
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    CHECK(ropar::abi_version() == ROPAR_ABI_VERSION && !ropar::version().empty());
    CHECK(ropar::query(ROPAR_QUERY_JOINTS) == 22u && !ropar::query(-1));
    ropar::add_search_folder("nowhere");
    check_motions();
    check_rigs();
    check_engine(argv[1]);
    CHECK(ropar::query(ROPAR_QUERY_LIVE_HANDLES) == 0u && ropar::query(ROPAR_QUERY_LIVE_TEXTS) == 0u);
}
