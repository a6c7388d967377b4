//! Which node of a rig is which joint: rigs of many families against hand-written truth.

mod rigs;

use ropar_core::rig::global_positions;
use ropar_core::skeleton::joint;

#[test]
fn the_drawn_rigs_stand_upright_with_left_on_the_left() {
    for drawn in rigs::all() {
        if drawn.name == "bandai_namco" {
            continue;
        }
        let positions = global_positions(&drawn.rig.nodes, None);
        let at = |joint: usize| positions[drawn.truth.node(joint).unwrap()];
        let sign = if drawn.name == "vrm0" { -1.0 } else { 1.0 };
        for (left, right) in [
            (joint::LEFT_HIP, joint::RIGHT_HIP),
            (joint::LEFT_WRIST, joint::RIGHT_WRIST),
            (joint::LEFT_ANKLE, joint::RIGHT_ANKLE),
        ] {
            assert!(sign * (at(left).x - at(right).x) > 0.01, "{}", drawn.name);
            assert!((at(left).y - at(right).y).abs() < 1e-9, "{}", drawn.name);
        }
        assert!(at(joint::HEAD).y > at(joint::LEFT_SHOULDER).y, "{}", drawn.name);
        assert!(at(joint::LEFT_HIP).y > at(joint::LEFT_KNEE).y, "{}", drawn.name);
        assert!(at(joint::LEFT_ANKLE).y > 0.0, "{}", drawn.name);
    }
}
