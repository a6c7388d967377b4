"""The classes of Maya's Python API 2.0 that this plug-in uses, in one place.

`maya_api.pyi` beside it says by hand what neither set of published stubs does (docs/decisions/0035).
"""

from maya.api.OpenMaya import (
    MAngle,
    MArgDatabase,
    MArgList,
    MDGModifier,
    MDistance,
    MDoubleArray,
    MFnDependencyNode,
    MFnPlugin,
    MGlobal,
    MObject,
    MPlug,
    MPxCommand,
    MSelectionList,
    MSyntax,
    MTime,
    MTimeArray,
)
from maya.api.OpenMayaAnim import MAnimCurveChange, MFnAnimCurve

__all__ = [
    "MAngle",
    "MAnimCurveChange",
    "MArgDatabase",
    "MArgList",
    "MDGModifier",
    "MDistance",
    "MDoubleArray",
    "MFnAnimCurve",
    "MFnDependencyNode",
    "MFnPlugin",
    "MGlobal",
    "MObject",
    "MPlug",
    "MPxCommand",
    "MSelectionList",
    "MSyntax",
    "MTime",
    "MTimeArray",
]
