"""Small models, harmless and hostile, made with ``onnx.helper``."""

import onnx
from onnx import TensorProto, helper

FLOAT = TensorProto.FLOAT
OPSET = 13


def model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto] | None = None,
    outputs: list[onnx.ValueInfoProto] | None = None,
    initializers: list[onnx.TensorProto] | None = None,
    functions: list[onnx.FunctionProto] | None = None,
    domains: dict[str, int] | None = None,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes, "made", inputs or [picture()], outputs or [picture("out")], initializers or []
    )
    opsets = [helper.make_opsetid(name, version) for name, version in {"": OPSET, **(domains or {})}.items()]
    made = helper.make_model(graph, opset_imports=opsets, functions=functions or [])
    made.ir_version = 9
    return made


def picture(name: str = "in", side: int = 32) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, FLOAT, [1, 3, side, side])


def any_shape(name: str = "out") -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, FLOAT, None)


def node(kind: str, inputs: list[str], outputs: list[str], **attributes: object) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, outputs, **attributes)


def identity() -> onnx.ModelProto:
    return model([node("Identity", ["in"], ["out"])])


def external(name: str, location: str) -> onnx.TensorProto:
    """A tensor whose numbers lie in another file."""
    tensor = TensorProto(name=name, data_type=FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def constant(tensor: onnx.TensorProto, output: str) -> onnx.NodeProto:
    return node("Constant", [], [output], value=tensor)


def added(initializer: onnx.TensorProto) -> onnx.ModelProto:
    return model([node("Add", ["in", initializer.name], ["out"])], initializers=[initializer])


def sparse(location: str) -> onnx.ModelProto:
    made = identity()
    values = external("values", location)
    indices = helper.make_tensor("indices", TensorProto.INT64, [1], [0])
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [4]))
    return made


def in_a_subgraph(location: str) -> onnx.ModelProto:
    def branch(name: str) -> onnx.GraphProto:
        return helper.make_graph(
            [constant(external(f"{name}_weights", location), name)], name, [], [any_shape(name)]
        )

    condition = helper.make_tensor("condition", TensorProto.BOOL, [], [True])
    chosen = node("If", ["condition"], ["chosen"], then_branch=branch("then"), else_branch=branch("other"))
    return model([chosen, node("Add", ["in", "chosen"], ["out"])], initializers=[condition])


def in_a_function(location: str) -> onnx.ModelProto:
    body = [constant(external("weights", location), "w"), node("Add", ["x", "w"], ["y"])]
    function = helper.make_function("own", "Shift", ["x"], ["y"], body, [helper.make_opsetid("", OPSET)])
    call = helper.make_node("Shift", ["in"], ["out"], domain="own")
    return model([call], functions=[function], domains={"own": 1})


def foreign_operator() -> onnx.ModelProto:
    return model(
        [helper.make_node("Fetch", ["in"], ["out"], domain="com.example")], domains={"com.example": 1}
    )


def hungry() -> onnx.ModelProto:
    """Few bytes that ask for 16 GiB."""
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [4 * 1024**3])
    filled = [node("ConstantOfShape", ["shape"], ["all"]), node("ReduceSum", ["all"], ["sum"], keepdims=0)]
    return model([*filled, node("Add", ["in", "sum"], ["out"])], initializers=[shape])


def greedy(pieces: int = 64) -> onnx.ModelProto:
    """Fills 64 MiB, and 64 MiB more, and so on, and keeps all of it: no single piece is too much.

    Each hangs on the picture and has a number of its own; what is constant or the same would be made once.
    """
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [16 * 1024**2])
    numbers = [helper.make_tensor(f"number{each}", FLOAT, [], [float(each)]) for each in range(pieces)]
    nodes = [node("ReduceSum", ["in"], ["start"], keepdims=0)]
    for each, number in enumerate(numbers):
        nodes.append(node("Add", ["start", number.name], [f"small{each}"]))
        nodes.append(node("Expand", [f"small{each}", "shape"], [f"piece{each}"]))
    nodes.append(node("Sum", [f"piece{each}" for each in range(pieces)], ["all"]))
    nodes.append(node("ReduceSum", ["all"], ["sum"], keepdims=0))
    return model([*nodes, node("Add", ["in", "sum"], ["out"])], initializers=[shape, *numbers])


def long_chain(nodes: int) -> onnx.ModelProto:
    names = ["in", *(f"v{number}" for number in range(nodes - 1)), "out"]
    return model([node("Identity", [names[n]], [names[n + 1]]) for n in range(nodes)])


def endless_loop() -> onnx.ModelProto:
    """A Loop whose condition stays true and whose count is the largest there is."""
    step = [node("Identity", ["go"], ["go_on"]), node("Sin", ["value"], ["next"])]
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        step,
        "body",
        [info("n", TensorProto.INT64, []), info("go", TensorProto.BOOL, []), picture("value")],
        [info("go_on", TensorProto.BOOL, []), picture("next")],
    )
    count = helper.make_tensor("count", TensorProto.INT64, [], [2**63 - 1])
    go = helper.make_tensor("start", TensorProto.BOOL, [], [True])
    return model([node("Loop", ["count", "start", "in"], ["out"], body=body)], initializers=[count, go])


def odd() -> onnx.ModelProto:
    """Runs, but gives five numbers in a shape that is no known convention."""
    nodes = [
        node("ReduceMean", ["in"], ["mean"], axes=[2, 3], keepdims=0),
        node("Concat", ["mean"] * 2, ["six"], axis=1),
    ]
    shape = helper.make_tensor("shape", TensorProto.INT64, [5], [1, 1, 2, 1, 3])
    return model(
        [*nodes, node("Reshape", ["six", "shape"], ["out"])], outputs=[any_shape()], initializers=[shape]
    )
