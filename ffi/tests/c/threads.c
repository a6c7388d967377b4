/*
 * Many threads, one engine: each seed gives what it gives alone, and memory does not grow. Words: the model package's
 * folder, the number of threads, generations per thread.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <unistd.h>
#ifdef __linux__
#include <malloc.h>
#endif

#include "check.h"

enum { SEEDS = 8, FRAMES = 8, NUMBERS = FRAMES * 22 * 4 };

static float expected[SEEDS][NUMBERS];
static ropar_engine *engine;
static int generations;

static void make(uint64_t seed, float *rotations)
{
    SIZED(ropar_error, error);
    SIZED(ropar_generate_options, options);
    ropar_motion *motion = NULL;

    options.seconds = 0.4f;
    options.seed = seed;
    options.iterations = 1;
    options.steps = 1;
    OK(ropar_generate(engine, "a person walks forward", &options, &motion, &error));
    OK(ropar_motion_copy(motion, ROPAR_CHANNEL_ROTATIONS, rotations, NUMBERS, &error));
    OK(ropar_motion_free(motion));
}

static void *work(void *number)
{
    float rotations[NUMBERS];
    int generation;

    for (generation = 0; generation < generations; ++generation) {
        uint64_t seed = (uint64_t)(*(int *)number + generation) % SEEDS;
        make(seed, rotations);
        if (memcmp(rotations, expected[seed], sizeof rotations) != 0) {
            fprintf(stderr, "seed %u gives another motion beside other threads\n", (unsigned)seed);
            exit(1);
        }
    }
    return NULL;
}

/* Runs a round of threads and answers the resident memory afterwards, in pages. */
static long round_of(int count, int each)
{
    pthread_t *threads = (pthread_t *)calloc((size_t)count, sizeof *threads);
    int *numbers = (int *)calloc((size_t)count, sizeof *numbers);
    long size = 0, resident = 0;
    FILE *file;
    int index;

    generations = each;
    for (index = 0; index < count; ++index) {
        numbers[index] = index;
        if (pthread_create(&threads[index], NULL, work, &numbers[index]) != 0)
            exit(2);
    }
    for (index = 0; index < count; ++index)
        pthread_join(threads[index], NULL);
    free(threads);
    free(numbers);
    file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return resident;
}

int main(int argc, char **argv)
{
    SIZED(ropar_error, error);
    SIZED(ropar_engine_options, options);
    uint64_t live = 0;
    long before, after;
    int seed, count, each;

    CHECK(argc == 4);
#ifdef M_ARENA_MAX
    /* glibc's arenas keep what they once had, one thread's in each: that is no leak, but it looks like one. */
    mallopt(M_ARENA_MAX, 1);
#endif
    count = atoi(argv[2]);
    each = atoi(argv[3]);
    options.package = argv[1];
    options.backend = "embedded";
    OK(ropar_engine_open(&options, &engine, &error));
    for (seed = 0; seed < SEEDS; ++seed)
        make((uint64_t)seed, expected[seed]);
    /* Twice the same: what is kept for reuse is there before it is measured. */
    before = round_of(count, each);
    after = round_of(count, each);
    printf("%d threads x %d generations: %ld kB before, %ld kB after\n", count, each,
           before * (sysconf(_SC_PAGESIZE) / 1024), after * (sysconf(_SC_PAGESIZE) / 1024));
    /* 16 MB, in pages; with 64 x 50 generations a leak of 5 kB each would show. */
    CHECK(after - before < 4096);
    OK(ropar_engine_close(engine));
    OK(ropar_query(ROPAR_QUERY_LIVE_HANDLES, &live, &error));
    CHECK(live == 0);
    return 0;
}
