//! The header and the Rust code say the same: functions, structs with their layouts, constants.

mod common;

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use common::{Language, here};
use syn::{FnArg, Item, ReturnType, Type};

/// All items of this crate's sources.
fn items() -> Vec<Item> {
    let mut items = Vec::new();
    for entry in fs::read_dir(here().join("src")).expect("sources") {
        let path = entry.expect("entry").path();
        let text = fs::read_to_string(&path).expect("readable");
        items.extend(syn::parse_file(&text).expect("Rust").items);
    }
    items
}

/// A type of the boundary as C writes it.
fn c_type(kind: &Type) -> String {
    match kind {
        Type::Ptr(pointer) => {
            let target = c_type(&pointer.elem);
            match (pointer.const_token.is_some(), target.ends_with('*')) {
                (true, true) => format!("{target}const*"),
                (true, false) => format!("const {target}*"),
                (false, _) => format!("{target}*"),
            }
        }
        Type::Path(path) => match path.path.segments.last().expect("a name").ident.to_string().as_str() {
            "i32" => "int32_t".to_owned(),
            "u8" => "uint8_t".to_owned(),
            "u32" => "uint32_t".to_owned(),
            "u64" => "uint64_t".to_owned(),
            "f32" => "float".to_owned(),
            "f64" => "double".to_owned(),
            "c_char" => "char".to_owned(),
            "c_void" => "void".to_owned(),
            name => name.to_owned(),
        },
        _ => panic!("a type that C does not have"),
    }
}

/// A declaration of C without names of parameters and without spaces where they say nothing.
fn normal(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = words.join(" ");
    for mark in ["*", "(", ")", ","] {
        for spaced in [format!(" {mark}"), format!("{mark} ")] {
            while text.contains(&spaced) {
                text = text.replace(&spaced, mark);
            }
        }
    }
    text
}

/// `return type(parameter types)` of every exported Rust function.
fn rust_functions() -> BTreeMap<String, String> {
    let mut functions = BTreeMap::new();
    for item in items() {
        let Item::Fn(function) = item else { continue };
        if function.sig.abi.is_none() {
            continue;
        }
        let exported = function.attrs.iter().any(|attribute| quote(attribute).contains("no_mangle"));
        assert!(exported, "{} is not exported", function.sig.ident);
        let parameters: Vec<String> = function
            .sig
            .inputs
            .iter()
            .map(|input| match input {
                FnArg::Typed(typed) => c_type(&typed.ty),
                FnArg::Receiver(_) => panic!("a method"),
            })
            .collect();
        let result = match &function.sig.output {
            ReturnType::Default => "void".to_owned(),
            ReturnType::Type(_, kind) => c_type(kind),
        };
        let parameters = if parameters.is_empty() { "void".to_owned() } else { parameters.join(",") };
        functions.insert(function.sig.ident.to_string(), normal(&format!("{result}({parameters})")));
    }
    functions
}

fn quote(attribute: &syn::Attribute) -> String {
    match &attribute.meta {
        syn::Meta::List(list) => list.tokens.to_string(),
        _ => String::new(),
    }
}

/// The same, as the header declares them.
fn c_functions() -> BTreeMap<String, String> {
    let header = include_str!("../include/ropar.h");
    let mut functions = BTreeMap::new();
    for declaration in header.split("ROPAR_API ").skip(1).filter(|rest| !rest.starts_with('\n')) {
        let Some((declaration, _)) = declaration.split_once(");") else { continue };
        let (head, parameters) = declaration.split_once('(').expect("parameters");
        let name_start = head.rfind([' ', '*']).expect("a result") + 1;
        let (result, name) = head.split_at(name_start);
        let parameters: Vec<String> = parameters
            .split(',')
            .map(|parameter| {
                let parameter = parameter.trim();
                // Without the parameter's own name, which is the last word.
                match parameter.rfind([' ', '*']) {
                    Some(end) if parameter != "void" => parameter[..=end].trim().to_owned(),
                    _ => parameter.to_owned(),
                }
            })
            .collect();
        functions.insert(name.to_owned(), normal(&format!("{result}({})", parameters.join(","))));
    }
    functions
}

#[test]
fn functions_have_the_same_types() {
    assert_eq!(rust_functions(), c_functions());
}

#[test]
fn the_library_exports_these_functions_and_nothing_else() {
    if !cfg!(target_os = "linux") {
        println!("SKIPPED: `nm -D` is asked on Linux only");
        return;
    }
    let Ok(output) =
        Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(common::library()).output()
    else {
        println!("SKIPPED: there is no `nm`");
        return;
    };
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    let exported: Vec<&str> = listing.lines().filter_map(|line| line.split(' ').next()).collect();
    let expected: Vec<String> = rust_functions().into_keys().collect();
    assert_eq!(exported, expected);
}

/// Name and C type of every field of every `repr(C)` struct that the header has.
fn rust_structs() -> BTreeMap<String, Vec<(String, String)>> {
    let mut structs = BTreeMap::new();
    for item in items() {
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        if !name.starts_with("ropar_") {
            continue;
        }
        let fields = item
            .fields
            .iter()
            .map(|field| {
                let kind = match &field.ty {
                    Type::Array(array) => c_type(&array.elem),
                    other => c_type(other),
                };
                (field.ident.as_ref().expect("named").to_string(), kind)
            })
            .collect();
        structs.insert(name, fields);
    }
    structs
}

macro_rules! layouts {
    ($($module:ident::$name:ident { $($field:ident),* $(,)? })*) => {
        /// Size of each struct and offset of each field, as this compiler has them.
        fn layouts() -> Vec<(&'static str, usize, Vec<(&'static str, usize)>)> {
            vec![$((
                stringify!($name),
                size_of::<ropar::$module::$name>(),
                vec![$((stringify!($field), std::mem::offset_of!(ropar::$module::$name, $field))),*],
            )),*]
        }
    };
}

layouts! {
    failure::ropar_error { size, status, message, hint }
    engine::ropar_engine_options { size, threads, package, backend, provider, runtime_library }
    engine::ropar_engine_description {
        size, frame_rate, shortest_seconds, longest_seconds, max_prompt_characters, frames_per_token,
        max_tokens_per_window, latent_size, part_count, default_iterations, default_steps, default_guidance,
        commercial_use, threads, part_names, package_name, package_version, package_folder, licence, licence_notice,
        backend, provider,
    }
    motion::ropar_motion_view {
        size, fps, frames, joints, contact_count, root, rotations, positions, confidences, contacts, joint_names,
        parents, rest_offsets, metadata, warnings,
    }
    motion::ropar_motion_arrays { size, fps, frames, root, rotations, positions, confidences, contacts, metadata }
    generate::ropar_generate_options { size, seconds, seed, guidance, iterations, steps, keep_feet, progress, user }
    generate::ropar_redo_options { size, start, end, guidance, seed, progress, user, in_step, reserved }
    grid::ropar_grid_description {
        size, frame_rate, frames, tokens, parts, latent_size, frames_per_token, reserved, masked,
    }
    rig::ropar_rig_arrays { size, reserved, nodes, names, parents, rest, kinds }
    mapping::ropar_mapping_view {
        size, root, family, joints, confidences, spine_count, spine, neck_count, neck, finger_count, finger_names,
        finger_nodes, finger_confidences, twist_count, twist_nodes, twist_segments, twist_places, warnings,
    }
    retarget::ropar_retarget_options { size, ignore_contacts, in_place, reserved, hand_contacts, ground_root }
    retarget::ropar_retargeted_view { size, fps, frames, nodes, rotations, translations, report }
    retarget::ropar_take_arrays { size, fps, frames, rotations, translations, ignore_contacts, reserved }
    files::ropar_retarget_file_options {
        size, ignore_contacts, in_place, reserved, take, mapping_json, hand_contacts, ground_root, source_mapping_json, fps,
        character, source_character,
    }
    files::ropar_convert_options { size, reserved, take, fps, start, end, metres_per_unit }
}

/// The program compiles only where the C compiler has every struct, field, type and constant as Rust has them.
#[test]
fn structs_and_constants_are_the_same() {
    let structs = rust_structs();
    let mut known: Vec<String> = layouts().iter().map(|(name, _, _)| (*name).to_owned()).collect();
    known.sort_unstable();
    assert_eq!(known, structs.keys().cloned().collect::<Vec<_>>(), "the list above is not complete");

    let mut program = String::from("#include <ropar.h>\n#include <stddef.h>\n");
    for (name, size, fields) in layouts() {
        let declared: Vec<&str> = structs[name].iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(declared, fields.iter().map(|(field, _)| *field).collect::<Vec<_>>(), "{name}");
        writeln!(program, "_Static_assert(sizeof({name}) == {size}, \"{name}\");").expect("write");
        for (field, offset) in fields {
            let what = format!("{name}.{field}");
            writeln!(program, "_Static_assert(offsetof({name}, {field}) == {offset}, \"{what}\");").expect("write");
        }
        for (field, kind) in &structs[name] {
            // An assignment between incompatible types is an error with -Werror.
            writeln!(program, "{kind} *{name}_{field}({name} *s);").expect("write");
            let place = if matches!(field.as_str(), "message" | "hint") {
                format!("s->{field}")
            } else {
                format!("&s->{field}")
            };
            writeln!(program, "{kind} *{name}_{field}({name} *s) {{ return {place}; }}").expect("write");
        }
    }
    let mut constants = 0;
    for item in items() {
        let Item::Const(item) = item else { continue };
        let name = item.ident.to_string();
        if let (true, syn::Expr::Lit(value)) = (name.starts_with("ROPAR_"), item.expr.as_ref())
            && let syn::Lit::Int(value) = &value.lit
        {
            constants += 1;
            writeln!(program, "_Static_assert({name} == {value}, \"{name}\");").expect("write");
        }
    }
    let header = include_str!("../include/ropar.h");
    let declared =
        header.lines().filter(|line| line.trim_start().starts_with("ROPAR_") && line.contains(" = ")).count();
    // Besides the lists there is ROPAR_ABI_VERSION.
    assert_eq!(constants, declared + 1, "constants of one side are not there on the other");
    program.push_str("int main(void) { return 0; }\n");

    if !Language::C11.available() {
        return;
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    let source = folder.path().join("layouts.c");
    fs::write(&source, program.replace("uint8_t const*", "const uint8_t *")).expect("write");
    let program = folder.path().join("layouts");
    Language::C11.compile(&source, &program, &here().join("include"), &[]).unwrap_or_else(|words| panic!("{words}"));
}
