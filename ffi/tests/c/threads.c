/*
 * Many threads, one engine: each seed gives what it gives alone, and memory does not grow. Words: the model package's
 * folder, the number of threads, generations per thread.
 *
 * Memory is what the allocator has handed out and not got back, which is the same to the byte after every round. Resident
 * memory is no measure of a leak: how many generations happen to have their tensors at once decides how far the heap
 * reaches, glibc keeps what was freed for later, and so it differs by tens of megabytes between two equal rounds. Where the
 * allocator does not tell, it is measured all the same, after the heap was trimmed.
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

/* Bytes that the allocator has handed out, of one arena; or what resides in memory. */
static long long bytes_in_use(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 info = mallinfo2();
    return (long long)(info.uordblks + info.hblkhd);
#else
    long size = 0, resident = 0;
    FILE *file;
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return (long long)resident * sysconf(_SC_PAGESIZE);
#endif
}

/* Runs a round of threads and answers the memory in use afterwards. */
static long long round_of(int count, int each)
{
    pthread_t *threads = (pthread_t *)calloc((size_t)count, sizeof *threads);
    int *numbers = (int *)calloc((size_t)count, sizeof *numbers);
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
    return bytes_in_use();
}

int main(int argc, char **argv)
{
    SIZED(ropar_error, error);
    SIZED(ropar_engine_options, options);
    uint64_t live = 0;
    long long before, after;
    int seed, count, each;

    CHECK(argc == 4);
#ifdef M_ARENA_MAX
    /* One arena, because mallinfo2 counts the first only. */
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
    printf("%d threads x %d generations: %lld bytes in use before, %lld after\n", count, each, before, after);
    fflush(stdout);
    /* A quarter of a megabyte for what is not ours; a leak of 100 bytes in each of 64 x 50 generations shows. */
    CHECK(after - before < 1 << 18);
    OK(ropar_engine_close(engine));
    OK(ropar_query(ROPAR_QUERY_LIVE_HANDLES, &live, &error));
    CHECK(live == 0);
    return 0;
}
