/*
 * ropar.h - RoPAR, text to motion for animators: the C interface of libropar. C99 and C++.
 *
 * A complete program: a sentence becomes a file.
 *
 * @example
 *     #include <stdio.h>
 *     #include <ropar.h>
 *
 *     static int32_t show(float share, void *user)
 *     {
 *         (void)user;
 *         fprintf(stderr, "\r%3.0f %%", 100.0 * share);
 *         return 0; // anything else cancels
 *     }
 *
 *     int main(void)
 *     {
 *         ropar_error error = ROPAR_ZERO;
 *         ropar_engine *engine = NULL;
 *         ropar_motion *motion = NULL;
 *         ropar_generate_options options = ROPAR_ZERO;
 *
 *         error.size = sizeof error; // every struct begins with its size; zero elsewhere is the default
 *         options.size = sizeof options;
 *         options.seconds = 2.0f;
 *         options.seed = 7;
 *         options.progress = show;
 *
 *         if (ropar_engine_open(NULL, &engine, &error) == ROPAR_OK
 *             && ropar_generate(engine, "a person waves with the left hand", &options, &motion, &error) == ROPAR_OK
 *             && ropar_motion_write(motion, "wave.glb", 30.0f, &error) == ROPAR_OK) {
 *             ropar_motion_view view = ROPAR_ZERO;
 *             view.size = sizeof view;
 *             ropar_motion_get(motion, &view, NULL);
 *             printf("\n%u frames at %.0f a second\n", (unsigned)view.frames, view.fps);
 *         } else {
 *             fprintf(stderr, "\n%s\n%s\n", error.message, error.hint);
 *         }
 *         ropar_motion_free(motion);
 *         ropar_engine_close(engine);
 *         return error.status == ROPAR_OK ? 0 : 1;
 *     }
 * @end
 *
 * CONVENTIONS
 *   Metres, seconds, Y up, facing +Z, right-handed, quaternions (x, y, z, w). Arrays are dense and row-major: an array
 *   [frames][joints][4] has the four numbers of a joint side by side. The canonical skeleton has 22 joints in
 *   HumanML3D/SMPL order, a T rest pose in which every rotation is the identity, and the size of an adult of 1.70 m.
 *
 * ERRORS
 *   Functions answer a ropar_status; ROPAR_OK is 0. `error`, the last parameter, may be NULL; otherwise it is filled by
 *   every call, also by one that succeeds. On failure every out-parameter that could be written is NULL or 0, nothing is
 *   half done, and no file is half written. No input makes the library crash or abort: not NULL, not a misaligned
 *   pointer, not a handle that was freed before, not text that is not UTF-8. What cannot be detected is a pointer that
 *   looks well but points to too little memory.
 *
 * STRUCTS
 *   Every struct begins with `size`, which the caller sets to sizeof of the struct it was compiled with. Later versions
 *   append fields only. An older caller's struct is complete with the new fields at 0; a newer caller's fields that
 *   this library does not know must be 0, and so must reserved fields that say 0; otherwise ROPAR_ERROR_UNSUPPORTED says
 *   so. Zero is the default of every option.
 *
 * HANDLES
 *   ropar_engine, ropar_motion, ropar_grid, ropar_rig, ropar_mapping and ropar_retargeted are handles: tagged numbers in
 *   the shape of pointers, never to be dereferenced. Whoever gets one frees it with the function of its kind. A freed
 *   handle, or one of another kind, is ROPAR_ERROR_HANDLE. Freeing NULL is ROPAR_OK. Freeing while another thread is inside
 *   a call with the same handle is safe: that call ends well.
 *   Pointers to arrays and text inside a view belong to the handle and live until it is freed. Objects made from others
 *   (a mapping from a rig) keep what they need: the order of freeing does not matter.
 *
 * TEXT
 *   UTF-8 with a final 0, paths included, on every platform. `char *` results are the caller's and are freed with
 *   ropar_text_free and nothing else. Text that is copied in (all of it) may be freed right after the call.
 *
 * THREADS
 *   Every function may be called from any thread, also at the same time with the same handles; there is nothing to
 *   initialise. Motions, rigs, mappings and retargeted clips never change. One engine serves any number of threads with
 *   the results that it gives alone; the work of one engine is done one network run at a time, so several jobs share its
 *   speed. Grids are changed under a lock. "Threads:" below names what differs from this.
 *   Callbacks: see ropar_progress and ropar_log.
 *
 * ENVIRONMENT
 *   The library reads no environment variables and writes no files but those it is told to. The one exception is
 *   ropar_main, which is the command line.
 */
#ifndef ROPAR_H
#define ROPAR_H

#include <stddef.h>
#include <stdint.h>

#if defined(ROPAR_STATIC)
#define ROPAR_API
#elif defined(_WIN32)
#define ROPAR_API __declspec(dllimport)
#else
#define ROPAR_API
#endif

/* Initialises a struct with zeros, in C and in C++. */
#ifdef __cplusplus
#define ROPAR_ZERO {}
#else
#define ROPAR_ZERO { 0 }
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status, errors, versions ---------------------------------------------------------------------------------- */

/* Raised when something is removed or changes its meaning, which is not planned; additions leave it. */
#define ROPAR_ABI_VERSION 1

typedef int32_t ropar_status;

/* 1 to 6 and 130 are also the exit codes of the command line. */
enum {
    ROPAR_OK = 0,
    ROPAR_ERROR_INTERNAL = 1,    /* a bug in this library, confined to the call */
    ROPAR_ERROR_ARGUMENT = 2,    /* the call itself: NULL, misaligned, size, range, not UTF-8 */
    ROPAR_ERROR_INPUT = 3,       /* the user's input: prompt, seconds, parts, clip, rig, a file that is read */
    ROPAR_ERROR_PACKAGE = 4,     /* the model package */
    ROPAR_ERROR_RUNTIME = 5,     /* backend or provider */
    ROPAR_ERROR_OUTPUT = 6,      /* a file cannot be written */
    ROPAR_ERROR_HANDLE = 7,      /* a handle that was freed, was never given out or is of another kind */
    ROPAR_ERROR_UNSUPPORTED = 8, /* this build or version cannot do it */
    ROPAR_ERROR_BUSY = 9,        /* called from inside of the log callback */
    ROPAR_CANCELLED = 130        /* a progress callback asked to stop */
};

/* What went wrong, in words for the user. */
typedef struct ropar_error {
    uint32_t size;
    ropar_status status; /* as returned */
    char message[1024];  /* what is wrong and where, one line; cut at a whole character where it is longer */
    char hint[512];      /* what to do next, one line, possibly empty */
} ropar_error;

/* ROPAR_ABI_VERSION of the library. A host that loads at run time compares it with its own. Never fails. */
ROPAR_API uint32_t ropar_abi_version(void);

/* Version of the library, such as "0.1.0". Never fails; the text is never freed. */
ROPAR_API const char *ropar_version(void);

/* Name of a status in lower case, such as "cancelled"; "unknown" for other numbers. Never fails, never freed. */
ROPAR_API const char *ropar_status_name(ropar_status status);

/* What can be asked of ropar_query. */
enum {
    /* Capabilities: 1 or 0. */
    ROPAR_QUERY_EMBEDDED_BACKEND = 1, /* inference with nothing installed */
    ROPAR_QUERY_MAPPING = 2,          /* ropar_rig_map, ropar_mapping_from_json */
    ROPAR_QUERY_RETARGET = 3,         /* ropar_retarget, ropar_retarget_file, ropar_motion_from_rig */
    ROPAR_QUERY_COMMAND_LINE = 4,     /* ropar_main */
    /* Limits of this build. */
    ROPAR_QUERY_MAX_FRAMES = 100,     /* frames of a motion or take */
    ROPAR_QUERY_MAX_NODES = 101,      /* nodes of a rig */
    ROPAR_QUERY_MAX_FILE_BYTES = 102, /* size of a file that is read */
    ROPAR_QUERY_MAX_TEXT_BYTES = 103, /* length of any text that is passed in */
    ROPAR_QUERY_JOINTS = 104,         /* joints of the canonical skeleton: 22 */
    /* State, for finding leaks. */
    ROPAR_QUERY_LIVE_HANDLES = 200,   /* handles that were given out and not freed */
    ROPAR_QUERY_LIVE_TEXTS = 201      /* texts that were given out and not freed */
};

/*
 * Writes the answer to `value`. What this library does not know is ROPAR_ERROR_UNSUPPORTED, so that a newer host can
 * ask an older library.
 */
ROPAR_API ropar_status ropar_query(int32_t what, uint64_t *value, ropar_error *error);

/*
 * Frees a `char *` that a function gave out. NULL is ROPAR_OK; text that is not from this library, or was freed before, is
 * ROPAR_ERROR_HANDLE and is left alone.
 */
ROPAR_API ropar_status ropar_text_free(char *text);

/* ---- Callbacks --------------------------------------------------------------------------------------------------- */

/*
 * Called with the share of work that is done, 0 to 1, on the thread that called, at least every 25 milliseconds. Anything but 0
 * cancels: the function answers ROPAR_CANCELLED at once and has changed nothing; a network that is running then ends in
 * the background, which ropar_engine_close waits for. May call any function of this library, also with the same engine. Must
 * return: no exception, no longjmp.
 */
typedef int32_t (*ropar_progress)(float share, void *user);

/* Levels of log messages. */
enum {
    ROPAR_LOG_OFF = 0,
    ROPAR_LOG_ERROR = 1,
    ROPAR_LOG_WARN = 2,
    ROPAR_LOG_INFO = 3,
    ROPAR_LOG_DEBUG = 4
};

/*
 * Called with a message of one line and the part of the library that it comes from; both live until it returns. Runs on
 * any thread, on several at once. Must not call this library (ROPAR_ERROR_BUSY), except for ropar_version,
 * ropar_abi_version and ropar_status_name, which never fail. Must return: no exception, no longjmp.
 */
typedef void (*ropar_log)(int32_t level, const char *target, const char *message, void *user);

/*
 * Sends messages up to `level` to `callback`, process-wide, in place of the one before; NULL sends them nowhere, which is
 * how it begins. When it returns, the callback before is not running and will not be called again, on any thread.
 */
ROPAR_API ropar_status ropar_set_log(ropar_log callback, void *user, int32_t level, ropar_error *error);

/* ---- Engine ------------------------------------------------------------------------------------------------------- */

/* A model package on an inference backend. */
typedef struct ropar_engine ropar_engine;

/* All of it may be left 0. */
typedef struct ropar_engine_options {
    uint32_t size;
    uint32_t threads;            /* threads of ONNX Runtime; 0: one per physical core; the embedded backend has one */
    const char *package;         /* folder of the model package, or the name of one where packages are; NULL: the first
                                    that is there, see below */
    const char *backend;         /* "auto" (NULL), "onnxruntime" or "embedded" */
    const char *provider;        /* "auto" (NULL), "cpu", "cuda" or "tensorrt" */
    const char *runtime_library; /* the ONNX Runtime library, or a folder with it; NULL: looked for, see below */
} ropar_engine_options;

/*
 * Adds a folder, process-wide, to those that are searched for the ONNX Runtime library (in the folder itself) and for
 * model packages (<folder>/NAME and <folder>/models/NAME). The default package is the first of ropar-base and ropar-open
 * in the first folder that holds one. Searched besides: the folder of this library, the folder of the program, `lib` and
 * `share/ropar/models` beside them, and in a source checkout models/pretrained. A folder that does not exist is no error;
 * added twice, it counts once.
 */
ROPAR_API ropar_status ropar_add_search_folder(const char *folder, ropar_error *error);

/*
 * Opens a package: verifies its files and loads its networks, about a second. `options` may be NULL.
 *
 * The first successful call decides the backend of the process; a later one that asks for another is
 * ROPAR_ERROR_RUNTIME. What is asked for by name and is not there is an error; "auto" takes the next best and logs it.
 * Errors: ARGUMENT, PACKAGE, RUNTIME, INPUT (unknown backend or provider).
 */
ROPAR_API ropar_status ropar_engine_open(const ropar_engine_options *options, ropar_engine **engine, ropar_error *error);

/*
 * Closes an engine and waits for what cancelled calls have left running, a tenth of a second. Its memory is freed when the last
 * call with it on another thread has ended; such a call, where it is cancelled now, waits for its own network.
 */
ROPAR_API ropar_status ropar_engine_close(ropar_engine *engine);

/* What an engine is and can do. Pointers live until the engine is closed. */
typedef struct ropar_engine_description {
    uint32_t size;
    float frame_rate;              /* frames per second of what it makes */
    float shortest_seconds;        /* limits of a motion's length */
    float longest_seconds;
    uint32_t max_prompt_characters;
    uint32_t frames_per_token;     /* a token of the grid covers so many frames */
    uint32_t max_tokens_per_window; /* tokens that the model sees at once; longer motions are made window by window */
    uint32_t latent_size;          /* numbers per cell of the grid */
    uint32_t part_count;           /* body parts: columns of the grid */
    uint32_t default_iterations;
    uint32_t default_steps;
    float default_guidance;
    uint32_t commercial_use;       /* 1 where the licence of the weights allows commercial use, 0 where it does not */
    uint32_t threads;              /* in use */
    const char *const *part_names; /* [part_count] such as "left_arm" */
    const char *package_name;
    const char *package_version;
    const char *package_folder;
    const char *licence;           /* SPDX identifier of the weights' licence, such as "CC-BY-NC-4.0" */
    const char *licence_notice;    /* what a user must know, in a sentence or two */
    const char *backend;           /* in use: "onnxruntime" or "embedded" */
    const char *provider;          /* in use: "cpu", "cuda" or "tensorrt" */
} ropar_engine_description;

ROPAR_API ropar_status ropar_engine_describe(ropar_engine *engine, ropar_engine_description *description,
                                             ropar_error *error);

/* The object that `ropar info --json` prints, as JSON text to be freed. */
ROPAR_API ropar_status ropar_engine_info(ropar_engine *engine, char **json, ropar_error *error);

/*
 * The canonical joints that belong to a part, ascending: those that ropar_redo changes. `joints` is NULL, or has room for
 * `capacity` numbers (22 are enough); `count` gets how many there are. Too little room is ROPAR_ERROR_ARGUMENT.
 */
ROPAR_API ropar_status ropar_engine_part_joints(ropar_engine *engine, const char *part, uint32_t *joints,
                                                uint64_t capacity, uint64_t *count, ropar_error *error);

/*
 * Looks at a package without opening an engine: {"folder", "manifest", "parts"} as JSON text to be freed. `package` is a
 * folder or NULL for the default one. With `verify` other than 0 every file's SHA-256 is checked as well, which takes
 * 30 to 200 ms.
 */
ROPAR_API ropar_status ropar_package_info(const char *package, int32_t verify, char **json, ropar_error *error);

/* ---- Motions ------------------------------------------------------------------------------------------------------ */

/* A clip on the canonical skeleton. Never changes. */
typedef struct ropar_motion ropar_motion;

/* A motion's content, borrowed: pointers live until the motion is freed. */
typedef struct ropar_motion_view {
    uint32_t size;
    float fps;
    uint64_t frames;
    uint32_t joints;                /* 22 */
    uint32_t contact_count;         /* columns of `contacts`: 4 */
    const float *root;              /* [frames][3] world position of the pelvis, metres */
    const float *rotations;         /* [frames][joints][4] x, y, z, w, local to the parent; joint 0 to the world */
    const float *positions;         /* [frames][joints][3] world positions, metres */
    const float *confidences;       /* [frames][joints] how well a joint was seen, 0 to 1; NULL where nobody said */
    const float *contacts;          /* [frames][4] left heel, left ball, right heel, right ball on the floor, 0 to 1;
                                       found by height and speed where nobody said */
    const char *const *joint_names; /* [joints] */
    const int32_t *parents;         /* [joints] index of the parent, -1 for the root; parents come first */
    const float *rest_offsets;      /* [joints][3] place in the parent's frame at rest, metres */
    const char *metadata;           /* a JSON object: prompt, seed, package, licence, ...; "{}" where there is none */
    const char *warnings;           /* a JSON array of sentences: what had to be put up with when it was made or read */
} ropar_motion_view;

/* Content for a new motion; everything is copied. Either `rotations` with `root`, or `positions`, or all three. */
typedef struct ropar_motion_arrays {
    uint32_t size;
    float fps;
    uint64_t frames;
    const float *root;        /* [frames][3] */
    const float *rotations;   /* [frames][22][4], made unit length where they are not */
    const float *positions;   /* [frames][22][3] world, metres, of any human proportions; used where `rotations` is NULL:
                                 the canonical skeleton is laid along them */
    const float *confidences; /* [frames][22], or NULL */
    const float *contacts;    /* [frames][4] heel and ball, left and right, or NULL */
    const char *metadata;     /* a JSON object, or NULL */
} ropar_motion_arrays;

/* Makes a motion from a host's arrays. Errors: ARGUMENT, INPUT (a value that is not finite, a rotation of no length). */
ROPAR_API ropar_status ropar_motion_from_arrays(const ropar_motion_arrays *arrays, ropar_motion **motion,
                                                ropar_error *error);

/* Fills `view`. The first call computes positions and contacts. */
ROPAR_API ropar_status ropar_motion_get(ropar_motion *motion, ropar_motion_view *view, ropar_error *error);

/* Arrays of a motion, for ropar_motion_copy. */
enum {
    ROPAR_CHANNEL_ROOT = 1,        /* [frames][3] */
    ROPAR_CHANNEL_ROTATIONS = 2,   /* [frames][22][4] */
    ROPAR_CHANNEL_POSITIONS = 3,   /* [frames][22][3] */
    ROPAR_CHANNEL_CONFIDENCES = 4, /* [frames][22], 1 where nobody said */
    ROPAR_CHANNEL_CONTACTS = 5     /* [frames][4] */
};

/*
 * Copies an array into `values`, which has room for `capacity` numbers; too little room is ROPAR_ERROR_ARGUMENT and copies
 * nothing.
 */
ROPAR_API ropar_status ropar_motion_copy(ropar_motion *motion, int32_t channel, float *values, uint64_t capacity,
                                         ropar_error *error);

/*
 * The same motion at another rate: linear for positions and confidences, spherical for rotations. The first frame stays at
 * time 0.
 */
ROPAR_API ropar_status ropar_motion_resample(ropar_motion *motion, float fps, ropar_motion **resampled,
                                             ropar_error *error);

/*
 * Reads a clip on the canonical skeleton, as ropar writes them (.glb, .bvh). Other clips come through ropar_retarget_file,
 * or through ropar_rig_read and ropar_motion_from_rig. Errors: ARGUMENT, INPUT.
 */
ROPAR_API ropar_status ropar_motion_read(const char *path, ropar_motion **motion, ropar_error *error);

/*
 * Writes a motion as .glb, .vrma, .bvh or .fbx, by the extension of `path`; the file appears complete or not at all. `fps`
 * is the rate of the file, 0 that of the motion. Metadata goes into .glb files.
 * Errors: ARGUMENT, INPUT (extension, a motion that does not fit), OUTPUT.
 */
ROPAR_API ropar_status ropar_motion_write(ropar_motion *motion, const char *path, float fps, ropar_error *error);

/*
 * Writes the clip `input` (.glb or .bvh, written by ropar) to `output` with new rotations for `joints` [joint_count], taken
 * from `motion`, which has the frames and the rate of `input`. Everything else of the file stays bit for bit as it was. The
 * metadata of `motion` is written where the format has a place for it.
 */
ROPAR_API ropar_status ropar_motion_write_over(ropar_motion *motion, const char *input, const char *output,
                                               const uint32_t *joints, uint64_t joint_count, ropar_error *error);

ROPAR_API ropar_status ropar_motion_free(ropar_motion *motion);

/* ---- Making motion ------------------------------------------------------------------------------------------------ */

/* For `guidance`: a scale of 0, where 0 itself means the package's default. */
#define ROPAR_GUIDANCE_NONE (-1.0f)

typedef struct ropar_generate_options {
    uint32_t size;
    float seconds;           /* length; 0: as long as the described motion usually takes. Not used by ropar_grid_fill */
    uint64_t seed;           /* the same seed gives the same motion on the same backend */
    float guidance;          /* how closely to follow the prompt, 0 to 20; 0: the package's default; see GUIDANCE_NONE */
    uint32_t iterations;     /* rounds of masked autoregression, 1 to 200; 0: the package's default */
    uint32_t steps;          /* steps of the diffusion head, 1 to 200; 0: the package's default */
    uint32_t keep_feet;      /* other than 0: feet stay as the networks made them; otherwise standing feet are held still and
                                kept out of the floor. Not used by ropar_grid_fill */
    ropar_progress progress; /* may be NULL */
    void *user;              /* passed to `progress` */
} ropar_generate_options;

/*
 * Makes a motion from a prompt in English, at the package's rate, from the origin and facing +Z. `options` may be NULL.
 * Errors: ARGUMENT, INPUT (prompt, seconds, settings), RUNTIME, CANCELLED.
 */
ROPAR_API ropar_status ropar_generate(ropar_engine *engine, const char *prompt, const ropar_generate_options *options,
                                      ropar_motion **motion, ropar_error *error);

typedef struct ropar_redo_options {
    uint32_t size;
    float start;             /* second at which the new motion starts */
    float end;               /* second at which it ends; 0: the end of the clip */
    float guidance;          /* as in ropar_generate_options; 0 where in_step is set: 1.5 */
    uint64_t seed;
    ropar_progress progress; /* may be NULL */
    void *user;
    uint32_t in_step;        /* other than 0: the parts are made in sight of what the rest of the body does, as arms swing
                                with a gait; otherwise they follow the prompt alone */
    uint32_t reserved;       /* 0 */
} ropar_redo_options;

/*
 * Makes the named body parts of a clip anew, at the clip's own rate; every other number of the result is bit for bit that of
 * the clip. It has no confidences. `options` may be NULL. Errors as of ropar_generate.
 */
ROPAR_API ropar_status ropar_redo(ropar_engine *engine, ropar_motion *clip, const char *const *parts, uint64_t part_count,
                                  const char *prompt, const ropar_redo_options *options, ropar_motion **motion,
                                  ropar_error *error);

/* ---- Token grids: what everything is made of ---------------------------------------------------------------------- */

/*
 * A grid of time x part. A cell covers some frames of one part (frames_per_token) and has a latent and a state. Repair,
 * in-betweening, extending and looping are patterns of states: encode a clip or begin with nothing, say which cells
 * are to be made, fill, decode.
 */
typedef struct ropar_grid ropar_grid;

/* States of a cell. */
enum {
    ROPAR_CELL_MASKED = 0, /* to be made */
    ROPAR_CELL_KNOWN = 1,  /* given: others look at it, and it stays as it is */
    ROPAR_CELL_NOISY = 2,  /* not credible: neither looked at nor made */
    ROPAR_CELL_PADDING = 3 /* outside of the clip */
};

typedef struct ropar_grid_description {
    uint32_t size;
    float frame_rate;          /* frames per second of the decoded motion */
    uint64_t frames;           /* frames of the decoded motion */
    uint64_t tokens;           /* rows */
    uint32_t parts;            /* columns */
    uint32_t latent_size;      /* numbers per cell */
    uint32_t frames_per_token;
    uint32_t reserved;
    uint64_t masked;           /* cells to be made */
} ropar_grid_description;

/* A grid for `frames` frames at the engine's rate, all cells masked. */
ROPAR_API ropar_status ropar_grid_new(ropar_engine *engine, uint64_t frames, ropar_grid **grid, ropar_error *error);

/*
 * Encodes a motion of any rate: all cells known, except where the motion has confidences. There a cell is noisy when the
 * mean confidence of the joints that the part owns is at most `threshold` in any of its frames (0 for the default, 0.5).
 */
ROPAR_API ropar_status ropar_grid_encode(ropar_engine *engine, ropar_motion *motion, float threshold, ropar_grid **grid,
                                         ropar_error *error);

ROPAR_API ropar_status ropar_grid_describe(ropar_grid *grid, ropar_grid_description *description, ropar_error *error);

/* Sets the state of `token_count` cells of `part` (its column) from row `first_token` on. Outside of the grid: ARGUMENT. */
ROPAR_API ropar_status ropar_grid_set_states(ropar_grid *grid, uint32_t part, uint64_t first_token, uint64_t token_count,
                                             int32_t state, ropar_error *error);

/*
 * Sets `cell_count` cells from `first_cell` on, counted token * parts + part: `latents` [cell_count][latent_size] and
 * `states` [cell_count], either of which may be NULL and is then left as it is.
 */
ROPAR_API ropar_status ropar_grid_set_cells(ropar_grid *grid, uint64_t first_cell, uint64_t cell_count,
                                            const float *latents, const uint8_t *states, ropar_error *error);

/*
 * Copies all latents [tokens][parts][latent_size] and states [tokens][parts]; either pointer may be NULL. Capacities are in
 * numbers; too little room is ROPAR_ERROR_ARGUMENT and copies nothing.
 */
ROPAR_API ropar_status ropar_grid_copy(ropar_grid *grid, float *latents, uint64_t latent_capacity, uint8_t *states,
                                       uint64_t state_capacity, ropar_error *error);

/*
 * Makes the masked cells, which are known afterwards. Known cells stay bit for bit, noisy ones are left alone. The grid is
 * changed when all is done, not before. `options` may be NULL; its `seconds` is not used.
 * Threads: another thread's change to the same grid meanwhile is lost. Errors as of ropar_generate.
 */
ROPAR_API ropar_status ropar_grid_fill(ropar_engine *engine, ropar_grid *grid, const char *prompt,
                                       const ropar_generate_options *options, ropar_error *error);

/* Decodes a grid into a motion at the engine's rate. What is masked or noisy is decoded from whatever its latent is. */
ROPAR_API ropar_status ropar_grid_decode(ropar_engine *engine, ropar_grid *grid, ropar_motion **motion,
                                         ropar_error *error);

ROPAR_API ropar_status ropar_grid_free(ropar_grid *grid);

/* ---- Rigs and retargeting ----------------------------------------------------------------------------------------- */

/* The skeleton of somebody's character, at rest. Never changes. */
typedef struct ropar_rig ropar_rig;

/* What a node of a rig is. */
enum {
    ROPAR_NODE_JOINT = 0, /* a joint of a skeleton */
    ROPAR_NODE_TIP = 1,   /* the tip of a chain, which only shows how long its last bone is */
    ROPAR_NODE_GROUP = 2  /* anything else: a group, an armature object, the carrier of a mesh */
};

/* A rig in arrays: for making one (everything is copied) and for looking at one (borrowed until the rig is freed). */
typedef struct ropar_rig_arrays {
    uint32_t size;
    uint32_t reserved;
    uint64_t nodes;
    const char *const *names; /* [nodes], not necessarily unique */
    const int32_t *parents;   /* [nodes] index of the parent, -1 for a root; parents come before their children */
    const double *rest;       /* [nodes][4][4] matrix from the node's frame to its parent's at rest, metres, rows first:
                                 the translation is at [3], [7] and [11]. No shear. */
    const uint8_t *kinds;     /* [nodes] ROPAR_NODE_...; NULL: all joints */
} ropar_rig_arrays;

/* Errors: ARGUMENT, INPUT (parents, a matrix that is not finite, sheared or singular; the node is named). */
ROPAR_API ropar_status ropar_rig_from_arrays(const ropar_rig_arrays *arrays, ropar_rig **rig, ropar_error *error);

/* Reads the rig of a scene file (.glb, .gltf, .vrm, .bvh, .fbx). Errors: ARGUMENT, INPUT. */
ROPAR_API ropar_status ropar_rig_read(const char *path, ropar_rig **rig, ropar_error *error);

/* Fills `view`, whose pointers live until the rig is freed. */
ROPAR_API ropar_status ropar_rig_get(ropar_rig *rig, ropar_rig_arrays *view, ropar_error *error);

ROPAR_API ropar_status ropar_rig_free(ropar_rig *rig);

/* Which node of a rig is which joint of a human body. Never changes. */
typedef struct ropar_mapping ropar_mapping;

/* A mapping's content, borrowed until it is freed. A node is an index into the rig; -1 is none. */
typedef struct ropar_mapping_view {
    uint32_t size;
    int32_t root;                     /* node on the floor that carries the motion over the ground, or -1 */
    const char *family;               /* how the rig was recognised, such as "mixamo"; "file"; "topology" */
    const int32_t *joints;            /* [22] node of each canonical joint, or -1 */
    const float *confidences;         /* [22] how sure that is, 0 to 1 */
    uint64_t spine_count;
    const int32_t *spine;             /* all spine joints, bottom to top */
    uint64_t neck_count;
    const int32_t *neck;              /* all neck joints, bottom to top */
    uint64_t finger_count;
    const char *const *finger_names;  /* VRM 1.0 names, such as "leftIndexProximal" */
    const int32_t *finger_nodes;
    const float *finger_confidences;
    uint64_t twist_count;
    const int32_t *twist_nodes;       /* joints that carry a share of a limb's twist */
    const int32_t *twist_segments;    /* the canonical joint at which the limb segment starts */
    const float *twist_places;        /* the place along the segment, 0 to 1 */
    const char *warnings;             /* a JSON array of sentences */
} ropar_mapping_view;

/* Finds out which node is which joint. Errors: ARGUMENT, INPUT (no human body is found). */
ROPAR_API ropar_status ropar_rig_map(ropar_rig *rig, ropar_mapping **mapping, ropar_error *error);

/* The same for one of several characters in a rig, counted from 1. ropar_rig_map refuses such a rig and lists them. */
ROPAR_API ropar_status ropar_rig_map_character(ropar_rig *rig, uint32_t character, ropar_mapping **mapping,
                                               ropar_error *error);

/* Reads a mapping for `rig` from JSON text, as ropar_mapping_json and `ropar map` write it. Errors: ARGUMENT, INPUT. */
ROPAR_API ropar_status ropar_mapping_from_json(ropar_rig *rig, const char *json, ropar_mapping **mapping,
                                               ropar_error *error);

/* The mapping as JSON text to be freed, for the user to keep and correct. */
ROPAR_API ropar_status ropar_mapping_json(ropar_mapping *mapping, char **json, ropar_error *error);

ROPAR_API ropar_status ropar_mapping_get(ropar_mapping *mapping, ropar_mapping_view *view, ropar_error *error);

ROPAR_API ropar_status ropar_mapping_free(ropar_mapping *mapping);

typedef struct ropar_retarget_options {
    uint32_t size;
    uint32_t ignore_contacts; /* other than 0: feet are not held to the floor */
    uint32_t in_place;        /* other than 0: the character stays where it is */
    uint32_t reserved;        /* 0 */
    uint32_t hand_contacts;   /* other than 0: hands that rest on the floor are held as well */
    uint32_t ground_root;     /* other than 0: the joint on the floor, where the rig has one, carries the path over the
                                 ground and the heading, as game engines want it; otherwise the hips carry everything */
} ropar_retarget_options;

/* A clip on a rig. Never changes. */
typedef struct ropar_retargeted ropar_retargeted;

/* Its content, borrowed until it is freed. */
typedef struct ropar_retargeted_view {
    uint32_t size;
    float fps;
    uint64_t frames;
    uint64_t nodes;             /* those of the rig, in its order */
    const double *rotations;    /* [frames][nodes][4] x, y, z, w, local to the parent */
    const double *translations; /* [frames][nodes][3] local, metres */
    const char *report;         /* a JSON object: verdict, reason, figures */
} ropar_retargeted_view;

/*
 * Carries a motion over to a rig, whatever its names, proportions and rest pose. `mapping` may be NULL: it is found as
 * by ropar_rig_map; otherwise it was made for this rig. `options` may be NULL. Errors: ARGUMENT, INPUT.
 */
ROPAR_API ropar_status ropar_retarget(ropar_motion *source, ropar_rig *target, ropar_mapping *mapping,
                                      const ropar_retarget_options *options, ropar_retargeted **retargeted,
                                      ropar_error *error);

ROPAR_API ropar_status ropar_retargeted_get(ropar_retargeted *retargeted, ropar_retargeted_view *view,
                                            ropar_error *error);

ROPAR_API ropar_status ropar_retargeted_free(ropar_retargeted *retargeted);

/* An animation of a rig's nodes. */
typedef struct ropar_take_arrays {
    uint32_t size;
    float fps;
    uint64_t frames;
    const double *rotations;    /* [frames][nodes][4] x, y, z, w, local to the parent */
    const double *translations; /* [frames][nodes][3] local, metres; NULL: at rest */
    uint32_t ignore_contacts;   /* other than 0: feet stay as they are, sliding or not; 0: standing feet are held */
    uint32_t reserved;          /* 0 */
} ropar_take_arrays;

/*
 * The other way round: an animation of a rig becomes a motion of the canonical skeleton, to be edited. `mapping` as for
 * ropar_retarget. Errors: ARGUMENT, INPUT (a joint that is needed is not mapped).
 */
ROPAR_API ropar_status ropar_motion_from_rig(ropar_rig *rig, ropar_mapping *mapping, const ropar_take_arrays *take,
                                             ropar_motion **motion, ropar_error *error);

/* ---- Scene files -------------------------------------------------------------------------------------------------- */

typedef struct ropar_retarget_file_options {
    uint32_t size;
    uint32_t ignore_contacts;  /* as in ropar_retarget_options */
    uint32_t in_place;
    uint32_t reserved;         /* 0 */
    const char *take;          /* take of the clip's file; NULL: the first */
    const char *mapping_json;  /* mapping of the target's rig as JSON text; NULL: found */
    uint32_t hand_contacts;    /* as in ropar_retarget_options */
    uint32_t ground_root;
    const char *source_mapping_json; /* mapping of the clip's own rig; NULL: found */
    double fps;                /* rate of the new take; 0: the clip's */
    uint32_t character;        /* which of several characters of the target's file, from 1; 0: the only one */
    uint32_t source_character; /* the same for the clip's file */
} ropar_retarget_file_options;

/*
 * Retargets a clip of any rig (`clip`, any scene file with animation) onto the character in `rig` and writes `output`: with
 * everything that `rig` holds where both have the same format, with its joints alone in another. A take of the same name gives
 * way. `report` gets the object of ropar_retargeted_view.report, with `warnings` as an array of sentences, as text to be
 * freed. Errors: ARGUMENT, INPUT, OUTPUT.
 */
ROPAR_API ropar_status ropar_retarget_file(const char *clip, const char *rig, const char *output,
                                           const ropar_retarget_file_options *options, char **report, ropar_error *error);

/* What a scene file holds, as `ropar inspect --json` prints it, as JSON text to be freed. Errors: ARGUMENT, INPUT. */
ROPAR_API ropar_status ropar_file_inspect(const char *path, char **json, ropar_error *error);

typedef struct ropar_convert_options {
    uint32_t size;
    uint32_t reserved;      /* 0 */
    const char *take;       /* the only take to write; NULL: all, or the first where the format holds one */
    double fps;             /* rate of the file; 0: as in the input */
    double start;           /* first second to write */
    double end;             /* last second to write; 0: the take's end */
    double metres_per_unit; /* of a BVH file, which does not say; 0: guessed by the skeleton's size */
} ropar_convert_options;

/*
 * Writes the joints and animation of a scene file as another format, by extension. `warnings` may be NULL; otherwise it
 * gets a JSON array of sentences, as text to be freed. Errors: ARGUMENT, INPUT, OUTPUT.
 */
ROPAR_API ropar_status ropar_file_convert(const char *input, const char *output, const ropar_convert_options *options,
                                          char **warnings, ropar_error *error);

/* ---- The command line --------------------------------------------------------------------------------------------- */

/*
 * The program `ropar`: `argv` [argc] are its words, the program's own name first. Writes to stdout and stderr, reads
 * environment variables (HOME and the like), listens to Ctrl+C, and answers the exit code. For a launcher's main.
 * Threads: one call at a time, and not beside other work.
 */
ROPAR_API int32_t ropar_main(int32_t argc, const char *const *argv);

#ifdef __cplusplus
}
#endif

#endif
