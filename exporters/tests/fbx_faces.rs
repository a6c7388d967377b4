//! A replaced take loses its motion of nodes; its curves for other things go on in the new one. Read by ufbx.

mod common;

use std::fs;

use common::data;
use ropar_exporters::fbx::{self, ExistingTakes, InsertOptions};

const CURVE: &str = r#"
	Deformer: 9000, "SubDeformer::smile", "BlendShapeChannel" {
		Version: 100
		DeformPercent: 0
	}
	AnimationCurveNode: 9001, "AnimCurveNode::DeformPercent", "" {
		Properties70:  {
			P: "DeformPercent", "Number", "", "A",0.0
		}
	}
	AnimationCurve: 9002, "AnimCurve::", "" {
		Default: 0
		KeyVer: 4008
		KeyTime: *2 {
			a: 0,6158154400
		}
		KeyValueFloat: *2 {
			a: 0.0,80.0
		}
		KeyAttrFlags: *1 {
			a: 4
		}
		KeyAttrDataFloat: *4 {
			a: 0,0,0,0
		}
		KeyAttrRefCount: *1 {
			a: 2
		}
	}
"#;
/// Half of the time of the last key, in seconds.
const HALF: f64 = 6_158_154_400.0 / 46_186_158_000.0 / 2.0;

/// A drawn character whose one take also makes a face smile.
fn smiling() -> Vec<u8> {
    let plain = fs::read_to_string(data("fbx/plain_7400.fbx")).unwrap();
    let layer = "	C: \"OO\",10002,10001\n";
    let connections =
        "	C: \"OO\",9001,10002\n	C: \"OP\",9001,9000, \"DeformPercent\"\n	C: \"OP\",9002,9001, \"DeformPercent\"\n";
    let text = plain.replacen("	AnimationStack:", &format!("{CURVE}	AnimationStack:"), 1);
    let text = text.replacen(layer, &format!("{layer}{connections}"), 1);
    assert_eq!(text.matches("9001").count(), 4);
    text.into_bytes()
}

/// The smile of every take at a time, by name, in percent.
fn smiles(file: &[u8], time: f64) -> Vec<(String, f64)> {
    let scene = ufbx::load_memory(file, ufbx::LoadOpts::default()).unwrap();
    let channel = &scene.blend_channels[0].element;
    let stacks = scene.anim_stacks.iter();
    let smile = |stack: &ufbx::AnimStack| ufbx::evaluate_prop(&stack.anim, channel, "DeformPercent", time).value_vec4.x;
    stacks.map(|stack| (stack.element.name.to_string(), smile(stack))).collect()
}

#[test]
fn a_face_smiles_on_when_the_motion_of_its_take_is_replaced() {
    let original = smiling();
    assert_eq!(smiles(&original, HALF), [("Take 001".to_owned(), 40.0)]);
    let mut take = fbx::read(&original).unwrap().takes[0].clone();
    take.tracks.truncate(1);

    let replaced = fbx::insert(&original, &take, &InsertOptions::default()).unwrap();
    assert_eq!(smiles(&replaced, HALF), [("Take 001".to_owned(), 40.0)]);
    let again = fbx::read(&replaced).unwrap();
    assert_eq!((again.takes.len(), again.takes[0].tracks.len()), (1, 1), "the motion is the new one alone");
    // And once more, from a take that this crate wrote.
    let twice = fbx::insert(&replaced, &take, &InsertOptions::default()).unwrap();
    assert_eq!(smiles(&twice, HALF), [("Take 001".to_owned(), 40.0)]);
    assert_eq!(twice.len(), replaced.len());

    take.name = "other".to_owned();
    let beside = fbx::insert(&original, &take, &InsertOptions::default()).unwrap();
    assert_eq!(smiles(&beside, HALF), [("Take 001".to_owned(), 40.0), ("other".to_owned(), 0.0)]);
    let alone = InsertOptions { existing: ExistingTakes::Remove, ..InsertOptions::default() };
    assert_eq!(smiles(&fbx::insert(&original, &take, &alone).unwrap(), HALF), [("other".to_owned(), 0.0)]);
}
