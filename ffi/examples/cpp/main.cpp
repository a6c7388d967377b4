// A sentence on a character: wave RIG OUTPUT [PROMPT]
//
// RIG is a scene file with a character (.glb, .vrm, .fbx, ...); OUTPUT gets the same file with the motion in it. Without
// words, a motion of the canonical skeleton is written to wave.glb.
#include <iostream>
#include <ropar.hpp>

int main(int argc, char **argv)
{
    try {
        const std::string prompt = argc > 3 ? argv[3] : "a person waves with the left hand";
        const ropar::Engine engine;
        std::cout << "on " << engine.description().backend << "; " << engine.description().licence_notice << '\n';

        ropar::GenerateOptions options;
        options.seconds = 2.0f;
        options.progress = [](float share) {
            std::cout << '\r' << static_cast<int>(100.0f * share) << " %" << std::flush;
            return true;
        };
        const ropar::Motion motion = engine.generate(prompt, options);
        motion.write("wave.glb", 30.0f);
        std::cout << "\nwave.glb: " << motion.frames() << " frames\n";
        if (argc > 2)
            std::cout << argv[2] << ": " << ropar::retarget_file("wave.glb", argv[1], argv[2]) << '\n';
    } catch (const ropar::Error &error) {
        std::cerr << error.what() << '\n' << error.hint() << '\n';
        return 1;
    }
}
