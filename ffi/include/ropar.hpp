/*
 * ropar.hpp - RoPAR for C++17: owned objects and exceptions over ropar.h, in this header alone.
 *
 *     #include <iostream>
 *     #include <ropar.hpp>
 *
 *     int main()
 *     {
 *         try {
 *             ropar::Engine engine;
 *             ropar::GenerateOptions options;
 *             options.seconds = 2.0f;
 *             ropar::Motion motion = engine.generate("a person waves with the left hand", options);
 *             motion.write("wave.glb", 30.0f);
 *             std::cout << motion.frames() << " frames\n";
 *         } catch (const ropar::Error &error) {
 *             std::cerr << error.what() << '\n' << error.hint() << '\n';
 *             return 1;
 *         }
 *     }
 *
 * Everything of ropar.h holds here as well: conventions, thread rules, files. Besides:
 *   Objects are movable and own their handle. An object that was moved from, or made with `{}` where that is
 *   allowed, holds none; calls with it throw Error with ROPAR_ERROR_HANDLE.
 *   Failures throw Error; a progress function that answers false throws Cancelled from the call that it belongs to.
 *   A progress function may throw: the work is cancelled, and the exception comes out of the call that it belongs to.
 *   A log function may not; what it throws is dropped.
 *   A Span and a std::string_view belong to the object that gave them and live as long as it does.
 * Nothing of the C++ library crosses the boundary, so any compiler and standard library works with any build of libropar.
 */
#ifndef ROPAR_HPP
#define ROPAR_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ropar.h"

namespace ropar {

/* A call that failed: what() is what is wrong, hint() what to do next. */
class Error : public std::runtime_error {
public:
    Error(ropar_status status, const std::string &message, std::string hint)
        : std::runtime_error(message), status_(status), hint_(std::move(hint))
    {
    }
    /* ROPAR_ERROR_... */
    ropar_status status() const noexcept { return status_; }
    const std::string &hint() const noexcept { return hint_; }

private:
    ropar_status status_;
    std::string hint_;
};

/* A progress function answered false. */
class Cancelled : public Error {
public:
    using Error::Error;
};

/* Numbers that somebody else owns. */
template <typename T> class Span {
public:
    Span() = default;
    Span(const T *data, std::size_t size) : data_(data), size_(data ? size : 0) {}
    const T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T *begin() const noexcept { return data_; }
    const T *end() const noexcept { return data_ + size_; }
    const T &operator[](std::size_t index) const { return data_[index]; }

private:
    const T *data_ = nullptr;
    std::size_t size_ = 0;
};

/* Called with the share of work that is done, 0 to 1; false cancels. */
using Progress = std::function<bool(float share)>;

/* Called with level (ROPAR_LOG_...), target and message, on any thread. */
using Log = std::function<void(int level, std::string_view target, std::string_view message)>;

namespace detail {

    /* A struct of the header with its size. */
    template <typename T> T sized()
    {
        T value{};
        value.size = sizeof(T);
        return value;
    }

    inline void check(ropar_status status, const ropar_error &error)
    {
        if (status == ROPAR_OK)
            return;
        if (status == ROPAR_CANCELLED)
            throw Cancelled(status, error.message, error.hint);
        throw Error(status, error.message, error.hint);
    }

    /* Calls a function whose last parameter is the error. */
    template <typename Function, typename... Arguments> void call(Function function, Arguments... arguments)
    {
        ropar_error error = sized<ropar_error>();
        check(function(arguments..., &error), error);
    }

    struct FreeText {
        void operator()(char *text) const noexcept { ropar_text_free(text); }
    };

    /* Takes over text that the library gave out. */
    inline std::string take(char *text)
    {
        std::unique_ptr<char, FreeText> owned(text);
        return owned ? std::string(owned.get()) : std::string();
    }

    /* Text of an optional parameter. */
    inline const char *text_or_null(const std::string &text) { return text.empty() ? nullptr : text.c_str(); }

    /* A progress function on its way through C, and the exception that it may have thrown. */
    class Reporter {
    public:
        explicit Reporter(const Progress &progress) : progress_(progress) {}
        ropar_progress function() const { return progress_ ? &Reporter::report : nullptr; }
        void *user() { return this; }

        /* Calls with a progress function inside; what it threw comes out here. */
        template <typename Function, typename... Arguments> void call(Function function, Arguments... arguments)
        {
            ropar_error error = sized<ropar_error>();
            const ropar_status status = function(arguments..., &error);
            if (thrown_)
                std::rethrow_exception(thrown_);
            check(status, error);
        }

    private:
        static int32_t report(float share, void *user) noexcept
        {
            auto *self = static_cast<Reporter *>(user);
            try {
                return self->progress_(share) ? 0 : 1;
            } catch (...) {
                self->thrown_ = std::current_exception();
                return 1;
            }
        }

        const Progress &progress_;
        std::exception_ptr thrown_;
    };

    /* Owns a handle. */
    template <typename Handle, ropar_status (*Free)(Handle *)> class Owner {
    public:
        Owner() = default;
        explicit Owner(Handle *handle) noexcept : handle_(handle) {}
        ~Owner() { Free(handle_); }
        Owner(Owner &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
        Owner &operator=(Owner &&other) noexcept
        {
            std::swap(handle_, other.handle_);
            return *this;
        }
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        Handle *get() const noexcept { return handle_; }
        explicit operator bool() const noexcept { return handle_ != nullptr; }

    private:
        Handle *handle_ = nullptr;
    };

    /* What a handle lends; gone from an object that was moved from. */
    template <typename T> class Lent {
    public:
        Lent() = default;
        explicit Lent(const T &value) noexcept : value_(value) {}
        ~Lent() = default;
        Lent(Lent &&other) noexcept : value_(std::exchange(other.value_, T{})) {}
        Lent &operator=(Lent &&other) noexcept
        {
            std::swap(value_, other.value_);
            return *this;
        }
        Lent(const Lent &) = delete;
        Lent &operator=(const Lent &) = delete;
        const T &operator*() const noexcept { return value_; }
        const T *operator->() const noexcept { return &value_; }

    private:
        T value_{};
    };

    /* Asks a handle for what it lends. */
    template <typename T, typename Handle>
    Lent<T> look(ropar_status (*get)(Handle *, T *, ropar_error *), Handle *handle)
    {
        T view = sized<T>();
        call(get, handle, &view);
        return Lent<T>(view);
    }

    inline std::vector<std::string> strings(const char *const *texts, std::size_t count)
    {
        return std::vector<std::string>(texts, texts + count);
    }

} // namespace detail

/* ---- Versions, queries, log ---------------------------------------------------------------------------------------- */

inline std::uint32_t abi_version() noexcept { return ropar_abi_version(); }
inline std::string_view version() noexcept { return ropar_version(); }

/* The answer to a ROPAR_QUERY_..., or nothing where this library does not know it. */
inline std::optional<std::uint64_t> query(int what)
{
    std::uint64_t value = 0;
    if (ropar_query(what, &value, nullptr) != ROPAR_OK)
        return std::nullopt;
    return value;
}

/*
 * Sends messages up to `level` to `log`, process-wide, in place of the one before; an empty function sends them nowhere. From
 * any thread, but not from inside of a log function, which is ROPAR_ERROR_BUSY.
 */
inline void set_log(Log log, int level = ROPAR_LOG_WARN)
{
    struct Kept {
        std::mutex guard;
        std::unique_ptr<Log> log;
    };
    // Never destroyed: the library calls the log function for as long as the process lives.
    static Kept &kept = *new Kept;
    // Throws inside of a log function. Whoever has the guard may be waiting for that function to return.
    std::uint64_t joints = 0;
    detail::call(ropar_query, ROPAR_QUERY_JOINTS, &joints);

    auto next = log ? std::make_unique<Log>(std::move(log)) : nullptr;
    ropar_log forward = [](int32_t at, const char *target, const char *message, void *user) noexcept {
        try {
            (*static_cast<Log *>(user))(at, target, message);
        } catch (...) {
            // There is nobody to tell: the thread may be anybody's.
        }
    };
    // What the library holds is what is kept, whichever of two threads comes first.
    const std::lock_guard<std::mutex> lock(kept.guard);
    // When this returns, the one before is not running any more.
    detail::call(ropar_set_log, next ? forward : nullptr, static_cast<void *>(next.get()), std::int32_t(level));
    kept.log.swap(next);
}

inline void add_search_folder(const std::string &folder) { detail::call(ropar_add_search_folder, folder.c_str()); }

/* JSON about a package; the default one without a folder. */
inline std::string package_info(const std::string &package = {}, bool verify = false)
{
    char *json = nullptr;
    detail::call(ropar_package_info, detail::text_or_null(package), std::int32_t(verify), &json);
    return detail::take(json);
}

/* ---- Motions ------------------------------------------------------------------------------------------------------- */

/* Content for a new motion. Leave empty what there is not. */
struct MotionArrays {
    float fps = 0.0f;
    std::size_t frames = 0;
    const float *root = nullptr;        /* [frames][3] */
    const float *rotations = nullptr;   /* [frames][22][4] */
    const float *positions = nullptr;   /* [frames][22][3] */
    const float *confidences = nullptr; /* [frames][22] */
    const float *contacts = nullptr;    /* [frames][4] */
    std::string metadata;               /* a JSON object */
};

/* A clip on the canonical skeleton. */
class Motion {
public:
    Motion() = default;
    explicit Motion(ropar_motion *handle) : owner_(handle), view_(detail::look(ropar_motion_get, handle)) {}

    explicit Motion(const MotionArrays &arrays)
    {
        auto content = detail::sized<ropar_motion_arrays>();
        content.fps = arrays.fps;
        content.frames = arrays.frames;
        content.root = arrays.root;
        content.rotations = arrays.rotations;
        content.positions = arrays.positions;
        content.confidences = arrays.confidences;
        content.contacts = arrays.contacts;
        content.metadata = detail::text_or_null(arrays.metadata);
        ropar_motion *made = nullptr;
        detail::call(ropar_motion_from_arrays, &content, &made);
        *this = Motion(made);
    }

    static Motion read(const std::string &path)
    {
        ropar_motion *made = nullptr;
        detail::call(ropar_motion_read, path.c_str(), &made);
        return Motion(made);
    }

    float fps() const noexcept { return view_->fps; }
    std::size_t frames() const noexcept { return static_cast<std::size_t>(view_->frames); }
    std::size_t joints() const noexcept { return view_->joints; }
    /* [frames][3], [frames][joints][4], [frames][joints][3] */
    Span<float> root() const noexcept { return {view_->root, frames() * 3}; }
    Span<float> rotations() const noexcept { return {view_->rotations, frames() * joints() * 4}; }
    Span<float> positions() const noexcept { return {view_->positions, frames() * joints() * 3}; }
    /* [frames][joints], empty where nobody said, and [frames][4]. */
    Span<float> confidences() const noexcept { return {view_->confidences, frames() * joints()}; }
    Span<float> contacts() const noexcept { return {view_->contacts, frames() * view_->contact_count}; }
    std::vector<std::string> joint_names() const { return detail::strings(view_->joint_names, joints()); }
    Span<std::int32_t> parents() const noexcept { return {view_->parents, joints()}; }
    Span<float> rest_offsets() const noexcept { return {view_->rest_offsets, joints() * 3}; }
    /* A JSON object, and a JSON array of sentences. */
    std::string_view metadata() const { return view_->metadata ? view_->metadata : "{}"; }
    std::string_view warnings() const { return view_->warnings ? view_->warnings : "[]"; }

    Motion resample(float rate) const
    {
        ropar_motion *made = nullptr;
        detail::call(ropar_motion_resample, get(), rate, &made);
        return Motion(made);
    }

    /* At the motion's own rate without one. */
    void write(const std::string &path, float rate = 0.0f) const
    {
        detail::call(ropar_motion_write, get(), path.c_str(), rate);
    }

    /* A copy of `input` with new rotations for `joints`; everything else bit for bit as it was. */
    void write_over(const std::string &input, const std::string &output, const std::vector<std::uint32_t> &joints) const
    {
        detail::call(ropar_motion_write_over, get(), input.c_str(), output.c_str(), joints.data(),
                     std::uint64_t(joints.size()));
    }

    ropar_motion *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_motion, ropar_motion_free> owner_;
    detail::Lent<ropar_motion_view> view_;
};

/* ---- Engines and grids --------------------------------------------------------------------------------------------- */

struct EngineOptions {
    std::string package;         /* empty: the default one */
    std::string backend;         /* "auto", "onnxruntime", "embedded" */
    std::string provider;        /* "auto", "cpu", "cuda", "tensorrt" */
    std::string runtime_library; /* empty: looked for */
    std::uint32_t threads = 0;   /* 0: one per physical core */
};

struct GenerateOptions {
    std::optional<float> seconds;
    std::uint64_t seed = 0;
    std::optional<float> guidance;
    std::uint32_t iterations = 0; /* 0: the package's own */
    std::uint32_t steps = 0;
    bool plant_feet = true; /* standing feet are held still and kept out of the floor */
    Progress progress;
};

struct RedoOptions {
    float start = 0.0f;
    std::optional<float> end;
    std::uint64_t seed = 0;
    std::optional<float> guidance;
    bool in_step = false;
    Progress progress;
};

namespace detail {

    inline float guidance(const std::optional<float> &guidance)
    {
        return !guidance ? 0.0f : *guidance == 0.0f ? ROPAR_GUIDANCE_NONE : *guidance;
    }

    /* A given length of 0 s is no default but a mistake, which the library refuses when it is negative. */
    inline float length(const std::optional<float> &seconds)
    {
        return !seconds ? 0.0f : *seconds == 0.0f ? -0.001f : *seconds;
    }

    inline ropar_generate_options options(const GenerateOptions &given, Reporter &reporter)
    {
        auto options = sized<ropar_generate_options>();
        options.seconds = length(given.seconds);
        options.seed = given.seed;
        options.guidance = guidance(given.guidance);
        options.iterations = given.iterations;
        options.steps = given.steps;
        options.keep_feet = given.plant_feet ? 0 : 1;
        options.progress = reporter.function();
        options.user = reporter.user();
        return options;
    }

} // namespace detail

class Engine;

/* A grid of time x part; see ropar.h. */
class Grid {
public:
    Grid() = default;
    explicit Grid(ropar_grid *handle) : owner_(handle) {}

    ropar_grid_description describe() const
    {
        auto description = detail::sized<ropar_grid_description>();
        detail::call(ropar_grid_describe, get(), &description);
        return description;
    }

    /* `state` is one of ROPAR_CELL_... */
    void set_states(std::uint32_t part, std::size_t first_token, std::size_t token_count, int state)
    {
        detail::call(ropar_grid_set_states, get(), part, std::uint64_t(first_token), std::uint64_t(token_count),
                     std::int32_t(state));
    }

    /* One state for each cell and latent_size numbers for each; either may be empty and is then left as it is. */
    void set_cells(std::size_t first_cell, const std::vector<float> &latents, const std::vector<std::uint8_t> &states)
    {
        const std::size_t size = describe().latent_size;
        const std::size_t count = latents.empty() ? states.size() : latents.size() / size;
        if ((!latents.empty() && latents.size() != count * size) || (!states.empty() && states.size() != count))
            throw Error(ROPAR_ERROR_ARGUMENT, "latents and states do not fit together", "pass whole cells");
        detail::call(ropar_grid_set_cells, get(), std::uint64_t(first_cell), std::uint64_t(count),
                     latents.empty() ? nullptr : latents.data(), states.empty() ? nullptr : states.data());
    }

    /* [tokens][parts][latent_size] */
    std::vector<float> latents() const
    {
        const auto shape = describe();
        std::vector<float> values(static_cast<std::size_t>(shape.tokens) * shape.parts * shape.latent_size);
        detail::call(ropar_grid_copy, get(), values.data(), std::uint64_t(values.size()),
                     static_cast<std::uint8_t *>(nullptr), std::uint64_t(0));
        return values;
    }

    /* [tokens][parts] */
    std::vector<std::uint8_t> states() const
    {
        const auto shape = describe();
        std::vector<std::uint8_t> values(static_cast<std::size_t>(shape.tokens) * shape.parts);
        detail::call(ropar_grid_copy, get(), static_cast<float *>(nullptr), std::uint64_t(0), values.data(),
                     std::uint64_t(values.size()));
        return values;
    }

    ropar_grid *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_grid, ropar_grid_free> owner_;
};

/* A model package on an inference backend. Serves any number of threads. */
class Engine {
public:
    explicit Engine(const EngineOptions &given = {})
    {
        auto options = detail::sized<ropar_engine_options>();
        options.threads = given.threads;
        options.package = detail::text_or_null(given.package);
        options.backend = detail::text_or_null(given.backend);
        options.provider = detail::text_or_null(given.provider);
        options.runtime_library = detail::text_or_null(given.runtime_library);
        ropar_engine *opened = nullptr;
        detail::call(ropar_engine_open, &options, &opened);
        owner_ = detail::Owner<ropar_engine, ropar_engine_close>(opened);
        description_ = detail::look(ropar_engine_describe, get());
    }

    /* Limits, defaults, licence and what is in use; text lives as long as the engine. */
    const ropar_engine_description &description() const noexcept { return *description_; }
    std::vector<std::string> parts() const
    {
        return detail::strings(description_->part_names, description_->part_count);
    }

    /* The object of `ropar info --json`. */
    std::string info() const
    {
        char *json = nullptr;
        detail::call(ropar_engine_info, get(), &json);
        return detail::take(json);
    }

    /* The canonical joints that a part owns. */
    std::vector<std::uint32_t> part_joints(const std::string &part) const
    {
        std::uint64_t count = 0;
        std::vector<std::uint32_t> joints(22);
        detail::call(ropar_engine_part_joints, get(), part.c_str(), joints.data(), std::uint64_t(joints.size()), &count);
        joints.resize(static_cast<std::size_t>(count));
        return joints;
    }

    Motion generate(const std::string &prompt, const GenerateOptions &given = {}) const
    {
        detail::Reporter reporter(given.progress);
        const auto options = detail::options(given, reporter);
        ropar_motion *made = nullptr;
        reporter.call(ropar_generate, get(), prompt.c_str(), &options, &made);
        return Motion(made);
    }

    /* Body parts of a clip anew; every other number stays bit for bit. */
    Motion redo(const Motion &clip, const std::vector<std::string> &parts, const std::string &prompt,
                const RedoOptions &given = {}) const
    {
        detail::Reporter reporter(given.progress);
        auto options = detail::sized<ropar_redo_options>();
        options.start = given.start;
        options.end = detail::length(given.end);
        options.guidance = detail::guidance(given.guidance);
        options.seed = given.seed;
        options.progress = reporter.function();
        options.user = reporter.user();
        options.in_step = given.in_step;
        std::vector<const char *> names;
        for (const auto &part : parts)
            names.push_back(part.c_str());
        ropar_motion *made = nullptr;
        reporter.call(ropar_redo, get(), clip.get(), names.data(), std::uint64_t(names.size()), prompt.c_str(), &options,
                      &made);
        return Motion(made);
    }

    /* A grid with nothing in it, for so many frames at the engine's rate. */
    Grid grid(std::size_t frames) const
    {
        ropar_grid *made = nullptr;
        detail::call(ropar_grid_new, get(), std::uint64_t(frames), &made);
        return Grid(made);
    }

    /* A motion as a grid; parts whose confidence is at most `threshold` are noisy. */
    Grid encode(const Motion &motion, float threshold = 0.0f) const
    {
        ropar_grid *made = nullptr;
        detail::call(ropar_grid_encode, get(), motion.get(), threshold, &made);
        return Grid(made);
    }

    void fill(Grid &grid, const std::string &prompt, const GenerateOptions &given = {}) const
    {
        detail::Reporter reporter(given.progress);
        const auto options = detail::options(given, reporter);
        reporter.call(ropar_grid_fill, get(), grid.get(), prompt.c_str(), &options);
    }

    Motion decode(const Grid &grid) const
    {
        ropar_motion *made = nullptr;
        detail::call(ropar_grid_decode, get(), grid.get(), &made);
        return Motion(made);
    }

    ropar_engine *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_engine, ropar_engine_close> owner_;
    detail::Lent<ropar_engine_description> description_;
};

/* ---- Rigs and retargeting ------------------------------------------------------------------------------------------ */

/* The skeleton of somebody's character, at rest. */
class Rig {
public:
    Rig() = default;
    explicit Rig(ropar_rig *handle) : owner_(handle), view_(detail::look(ropar_rig_get, handle)) {}

    /* `parents` before their children, -1 for roots; `rest` [nodes][4][4], rows first; `kinds` may be empty. */
    Rig(const std::vector<std::string> &names, const std::vector<std::int32_t> &parents, const std::vector<double> &rest,
        const std::vector<std::uint8_t> &kinds = {})
    {
        if (parents.size() != names.size() || rest.size() != names.size() * 16
            || (!kinds.empty() && kinds.size() != names.size()))
            throw Error(ROPAR_ERROR_ARGUMENT, "the arrays of the rig have different lengths", "pass one entry per node");
        std::vector<const char *> texts;
        for (const auto &name : names)
            texts.push_back(name.c_str());
        auto arrays = detail::sized<ropar_rig_arrays>();
        arrays.nodes = names.size();
        arrays.names = texts.data();
        arrays.parents = parents.data();
        arrays.rest = rest.data();
        arrays.kinds = kinds.empty() ? nullptr : kinds.data();
        ropar_rig *made = nullptr;
        detail::call(ropar_rig_from_arrays, &arrays, &made);
        *this = Rig(made);
    }

    static Rig read(const std::string &path)
    {
        ropar_rig *made = nullptr;
        detail::call(ropar_rig_read, path.c_str(), &made);
        return Rig(made);
    }

    std::size_t nodes() const noexcept { return static_cast<std::size_t>(view_->nodes); }
    std::vector<std::string> names() const { return detail::strings(view_->names, nodes()); }
    Span<std::int32_t> parents() const noexcept { return {view_->parents, nodes()}; }
    Span<double> rest() const noexcept { return {view_->rest, nodes() * 16}; }
    Span<std::uint8_t> kinds() const noexcept { return {view_->kinds, nodes()}; }

    ropar_rig *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_rig, ropar_rig_free> owner_;
    detail::Lent<ropar_rig_arrays> view_;
};

/* Which node of a rig is which joint of a human body. */
class Mapping {
public:
    Mapping() = default;
    explicit Mapping(ropar_mapping *handle) : owner_(handle), view_(detail::look(ropar_mapping_get, handle)) {}

    /* Finds it out; `character` tells which of several, counted from 1. */
    static Mapping of(const Rig &rig, std::uint32_t character = 0)
    {
        ropar_mapping *made = nullptr;
        if (character == 0)
            detail::call(ropar_rig_map, rig.get(), &made);
        else
            detail::call(ropar_rig_map_character, rig.get(), character, &made);
        return Mapping(made);
    }

    static Mapping from_json(const Rig &rig, const std::string &json)
    {
        ropar_mapping *made = nullptr;
        detail::call(ropar_mapping_from_json, rig.get(), json.c_str(), &made);
        return Mapping(made);
    }

    std::string to_json() const
    {
        char *json = nullptr;
        detail::call(ropar_mapping_json, get(), &json);
        return detail::take(json);
    }

    /* Everything; pointers live as long as this object. */
    const ropar_mapping_view &view() const noexcept { return *view_; }
    std::string_view family() const { return view_->family; }
    Span<std::int32_t> joints() const noexcept { return {view_->joints, 22}; }
    Span<float> confidences() const noexcept { return {view_->confidences, 22}; }

    ropar_mapping *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_mapping, ropar_mapping_free> owner_;
    detail::Lent<ropar_mapping_view> view_;
};

struct RetargetOptions {
    bool contacts = true;
    bool hand_contacts = false;
    bool in_place = false;
    bool ground_root = false;
};

/* A clip on a rig. */
class Retargeted {
public:
    Retargeted() = default;
    explicit Retargeted(ropar_retargeted *handle) : owner_(handle), view_(detail::look(ropar_retargeted_get, handle)) {}

    float fps() const noexcept { return view_->fps; }
    std::size_t frames() const noexcept { return static_cast<std::size_t>(view_->frames); }
    std::size_t nodes() const noexcept { return static_cast<std::size_t>(view_->nodes); }
    /* [frames][nodes][4] and [frames][nodes][3], local. */
    Span<double> rotations() const noexcept { return {view_->rotations, frames() * nodes() * 4}; }
    Span<double> translations() const noexcept { return {view_->translations, frames() * nodes() * 3}; }
    /* A JSON object. */
    std::string_view report() const { return view_->report ? view_->report : "{}"; }

    ropar_retargeted *get() const noexcept { return owner_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(owner_); }

private:
    detail::Owner<ropar_retargeted, ropar_retargeted_free> owner_;
    detail::Lent<ropar_retargeted_view> view_;
};

/* A motion on a rig; the mapping is found where it is empty. */
inline Retargeted retarget(const Motion &source, const Rig &target, const Mapping &mapping = {},
                           const RetargetOptions &given = {})
{
    auto options = detail::sized<ropar_retarget_options>();
    options.ignore_contacts = !given.contacts;
    options.hand_contacts = given.hand_contacts;
    options.in_place = given.in_place;
    options.ground_root = given.ground_root;
    ropar_retargeted *made = nullptr;
    detail::call(ropar_retarget, source.get(), target.get(), mapping.get(), &options, &made);
    return Retargeted(made);
}

/* An animation of a rig, rotations [frames][nodes][4] and translations [frames][nodes][3] (or empty), as a motion;
   without `contacts` feet stay as they are, sliding or not. */
inline Motion motion_from_rig(const Rig &rig, float fps, std::size_t frames, const std::vector<double> &rotations,
                              const std::vector<double> &translations = {}, const Mapping &mapping = {},
                              bool contacts = true)
{
    if (rotations.size() != frames * rig.nodes() * 4
        || (!translations.empty() && translations.size() != frames * rig.nodes() * 3))
        throw Error(ROPAR_ERROR_ARGUMENT, "the arrays do not fit the frames and the rig", "pass one entry per frame and node");
    auto take = detail::sized<ropar_take_arrays>();
    take.fps = fps;
    take.frames = frames;
    take.rotations = rotations.data();
    take.translations = translations.empty() ? nullptr : translations.data();
    take.ignore_contacts = !contacts;
    ropar_motion *made = nullptr;
    detail::call(ropar_motion_from_rig, rig.get(), mapping.get(), &take, &made);
    return Motion(made);
}

/* ---- Scene files --------------------------------------------------------------------------------------------------- */

struct RetargetFileOptions : RetargetOptions {
    std::string take;                /* empty: the first */
    std::string mapping_json;        /* of the target; empty: found */
    std::string source_mapping_json; /* of the clip's own rig */
    double fps = 0.0;                /* 0: the clip's */
    std::uint32_t character = 0;     /* which of several of the target's file, from 1 */
    std::uint32_t source_character = 0; /* which of several of the clip's */
};

/* Retargets a clip's file onto a character's file; answers the report as JSON. */
inline std::string retarget_file(const std::string &clip, const std::string &rig, const std::string &output,
                                 const RetargetFileOptions &given = {})
{
    auto options = detail::sized<ropar_retarget_file_options>();
    options.ignore_contacts = !given.contacts;
    options.hand_contacts = given.hand_contacts;
    options.in_place = given.in_place;
    options.ground_root = given.ground_root;
    options.take = detail::text_or_null(given.take);
    options.mapping_json = detail::text_or_null(given.mapping_json);
    options.source_mapping_json = detail::text_or_null(given.source_mapping_json);
    options.fps = given.fps;
    options.character = given.character;
    options.source_character = given.source_character;
    char *report = nullptr;
    detail::call(ropar_retarget_file, clip.c_str(), rig.c_str(), output.c_str(), &options, &report);
    return detail::take(report);
}

/* What a scene file holds, as JSON. */
inline std::string inspect_file(const std::string &path)
{
    char *json = nullptr;
    detail::call(ropar_file_inspect, path.c_str(), &json);
    return detail::take(json);
}

struct ConvertOptions {
    std::string take;
    double fps = 0.0;
    double start = 0.0;
    double end = 0.0;
    double metres_per_unit = 0.0;
};

/* Writes a scene file as another format; answers warnings as a JSON array. */
inline std::string convert_file(const std::string &input, const std::string &output, const ConvertOptions &given = {})
{
    auto options = detail::sized<ropar_convert_options>();
    options.take = detail::text_or_null(given.take);
    options.fps = given.fps;
    options.start = given.start;
    options.end = given.end;
    options.metres_per_unit = given.metres_per_unit;
    char *warnings = nullptr;
    detail::call(ropar_file_convert, input.c_str(), output.c_str(), &options, &warnings);
    return detail::take(warnings);
}

} // namespace ropar

#endif
