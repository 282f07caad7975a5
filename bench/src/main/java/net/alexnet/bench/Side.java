package net.alexnet.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.tensor.Precision;

/// One side of a [PeerBenchmark]: a program, how it is started, and how the tables describe it.
///
/// @param name for `--only` and the tables
/// @param what it is, a sentence
/// @param work what it computes
/// @param missing why it cannot run here, if that is known in advance
/// @param environment added to this process's environment, from which the launcher's settings are removed
record Side(String name, String what, Work work, Optional<String> missing, List<String> command,
        Map<String, String> environment) {
    /// What a side computes.
    enum Work {
        /// The paper's network from the given parameters: losses must agree.
        SAME,
        /// The same with values of 16 bits: losses must agree to a hundredth.
        ROUNDED,
        /// [#SAME] without training.
        SAME_INFERENCE,
        /// [#ROUNDED] without training, or with weights of 8 bits.
        ROUNDED_INFERENCE,
        /// Another network.
        OTHER
    }

    /// Whether it computes the paper's network from the given parameters.
    boolean sameNetwork() {
        return work != Work.OTHER;
    }

    /// Whether it computes with rounded values or weights.
    boolean rounds() {
        return work == Work.ROUNDED || work == Work.ROUNDED_INFERENCE;
    }

    /// Whether it does this work at all.
    boolean takes(Workload workload) {
        return workload != Workload.TRAINING || (work != Work.SAME_INFERENCE && work != Work.ROUNDED_INFERENCE);
    }

    static final String OURS = "ours";

    /// As `./alexnet` sets it.
    private static final Map<String, String> LAUNCHER = Peer.inherited("GLIBC_TUNABLES", "OMP_WAIT_POLICY");

    /// An expert sets the same, so that the allocator reuses the memory of large tensors in every step. The waiting of threads stays as
    /// it is, because nothing else runs beside them.
    private static final Map<String, String> ALLOCATOR = Peer.inherited("GLIBC_TUNABLES");

    private static final String TARGET = "bench/target/";

    /// All of them, ours first.
    ///
    /// @param java the command of this JVM with its options
    /// @param equal the files of [EqualWork]
    /// @param precision of ours
    /// @param python the folder of a virtual environment, made by `bench/peers/install.sh`
    static List<Side> all(List<String> java, EqualWork.Files equal, Precision precision, Optional<Path> python) {
        String bench = TARGET + "bench.jar";
        return List.of(
                new Side(OURS,
                        "this project in " + precision + ", with the JVM options and the environment of `./alexnet`",
                        precision == Precision.FLOAT32 ? Work.SAME : Work.ROUNDED, Optional.empty(),
                        command(java, "-cp", bench, OurSide.class.getName(), equal.tensors().toString(),
                                precision.toString()),
                        LAUNCHER),
                same("libtorch-plain", "what a PyTorch user writes, on libtorch through JavaCPP: autograd, NCHW,"
                        + " `conv2d` with groups, `local_response_norm` on each tower, `SGD`",
                        command(java, "-cp", bench, LibtorchPeer.class.getName(), "plain", equal.tensors().toString()),
                        Map.of()),
                same("libtorch-tuned",
                        "the same as an expert tunes it: channels-last, response normalization as a banded 1×1 convolution whose"
                                + " filters are made once, ReLU in place, inference mode with `addmv` for one picture,"
                                + " our settings of glibc's allocator",
                        command(java, "-cp", bench, LibtorchPeer.class.getName(), "tuned", equal.tensors().toString()),
                        ALLOCATOR),
                other("djl",
                        "Deep Java Library's zoo AlexNet on its PyTorch engine: one tower, no response normalization,"
                                + " fc6 of 6400 inputs, 10 classes",
                        java, "djl/", "Djl.java",
                        Map.of("DJL_CACHE_DIR", TARGET + "djl-cache", "OPT_OUT_TRACKING", "true")),
                other("dl4j", "Deeplearning4j's zoo AlexNet on nd4j-native: one tower, its own optimizer", java,
                        "dl4j/",
                        "Dl4j.java", Map.of()),
                python("pytorch", "PyTorch in Python as its user writes it: NCHW, `local_response_norm`, `SGD`",
                        Work.SAME,
                        python, "torch_training.py", equal.tensors().toString()),
                python("pytorch-bfloat16",
                        "the same as an expert tunes it for such units: autocast, channels-last, response normalization as a"
                                + " banded product, ReLU in place, the fused `SGD`, our settings of glibc's allocator",
                        Work.ROUNDED, python, "torch_training.py", equal.tensors().toString(), "bfloat16")
                                .withEnvironment(ALLOCATOR),
                python("keras", "Keras on TensorFlow, the paper's network", Work.SAME, python, "keras_training.py",
                        equal.tensors().toString()),
                ours(java, "ours-bfloat16-weights", "ours with the weights of dense layers in bfloat16",
                        equal.bfloat16()),
                ours(java, "ours-int8-weights",
                        "ours with the weights of dense layers in int8, a scale for each output",
                        equal.int8()),
                inference("onnxruntime", "the network as we export it, on all processors", Work.SAME_INFERENCE, python,
                        equal),
                inference("openvino",
                        "the network as we export it, in float32, compiled for each batch, on all processors",
                        Work.SAME_INFERENCE, python, equal),
                inference("openvino-bfloat16", "the same in bfloat16, where the processor has units for it",
                        Work.ROUNDED_INFERENCE, python, equal));
    }

    private static Side same(String name, String what, List<String> command, Map<String, String> environment) {
        return new Side(name, what, Work.SAME, Optional.empty(), command, environment);
    }

    private static Side ours(List<String> java, String name, String what, Path tensors) {
        return new Side(name, what, Work.ROUNDED_INFERENCE, Optional.empty(),
                command(java, "-cp", TARGET + "bench.jar", OurInference.class.getName(), tensors.toString()), LAUNCHER);
    }

    /// A program that runs from source on jars of its own, which [Turns] joins.
    private static Side other(String name, String what, List<String> java, String jars, String source,
            Map<String, String> environment) {
        Optional<String> missing = Path.of(TARGET, jars).toFile().isDirectory()
                ? Optional.empty()
                : Optional.of("no jars in " + TARGET + jars + ": `bench/compare` could not fetch them");
        return new Side(name, what, Work.OTHER, missing,
                command(java, "-cp", TARGET + "classes:" + TARGET + jars + "*", "bench/peers/" + jars + source),
                environment);
    }

    private Side withEnvironment(Map<String, String> variables) {
        return new Side(name, what, work, missing, command, variables);
    }

    private static Side inference(String engine, String what, Work work, Optional<Path> python, EqualWork.Files equal) {
        return python(engine, what, work, python, "inference.py", engine, equal.onnx().toString(),
                equal.tensors().toString());
    }

    private static Side python(String name, String what, Work work, Optional<Path> folder, String script,
            String... arguments) {
        return new Side(name, what, work,
                folder.isPresent() ? Optional.empty() : Optional.of("no `--python DIR` (`bench/peers/install.sh DIR`)"),
                command(List.of(folder.orElse(Path.of("")).resolve("bin/python").toString(), "bench/peers/" + script),
                        arguments),
                Map.of());
    }

    private static List<String> command(List<String> java, String... arguments) {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(arguments));
        return command;
    }
}
