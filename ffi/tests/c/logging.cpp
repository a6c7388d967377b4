/* ropar.hpp: log functions that are replaced by several threads, and one that outlives main. Words: the model package. */
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ropar.hpp"

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            std::cerr << __FILE__ << ':' << __LINE__ << ": " << #condition << '\n';          \
            std::_Exit(1);                                                                   \
        }                                                                                    \
    } while (0)

/* The quickest way to a message: an emoji is dropped with a warning, and then the length is refused. */
static void make_it_warn(const ropar::Engine &engine)
{
    ropar::GenerateOptions options;
    options.seconds = -1.0f;
    try {
        engine.generate("a person waves \xf0\x9f\x91\x8b", options);
        CHECK(false);
    } catch (const ropar::Error &error) {
        CHECK(error.status() == ROPAR_ERROR_INPUT);
    }
}

static int status_of_set_log()
{
    try {
        ropar::set_log({});
    } catch (const ropar::Error &error) {
        return error.status();
    }
    return ROPAR_OK;
}

/* Made before the first log function, so it ends after every static object of ropar.hpp. */
static struct Farewell {
    std::unique_ptr<ropar::Engine> engine;
    std::string message;

    ~Farewell()
    {
        message.clear();
        make_it_warn(*engine);
        CHECK(!message.empty());
    }
} farewell;

static void check_threads(const ropar::Engine &engine)
{
    std::atomic<int> running{4};
    std::vector<std::thread> threads;
    for (int number = running; number > 0; --number)
        threads.emplace_back([&running] {
            for (int round = 0; round < 2000; ++round) {
                // On the heap, so that a call after its end is seen.
                auto last = std::make_shared<std::string>();
                ropar::set_log([last](int, std::string_view, std::string_view message) { *last = message; });
            }
            --running;
        });
    while (running > 0)
        make_it_warn(engine);
    for (auto &thread : threads)
        thread.join();
    make_it_warn(engine);
}

/* Another thread replaces the log function and waits for it to return, while it asks for the same. */
static void check_inside(const ropar::Engine &engine)
{
    std::thread other;
    int status = ROPAR_OK;
    ropar::set_log([&](int, std::string_view, std::string_view) {
        other = std::thread([] { ropar::set_log({}); });
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        status = status_of_set_log();
    });
    make_it_warn(engine);
    other.join();
    CHECK(status == ROPAR_ERROR_BUSY);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    ropar::EngineOptions options;
    options.package = argv[1];
    options.backend = "embedded";
    farewell.engine = std::make_unique<ropar::Engine>(options);
    check_threads(*farewell.engine);
    check_inside(*farewell.engine);
    ropar::set_log([](int, std::string_view, std::string_view message) { farewell.message = message; });
}
