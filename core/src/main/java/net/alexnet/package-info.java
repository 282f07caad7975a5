/// AlexNet as a library: load a model and classify pictures, train one on your own pictures, fine-tune one, evaluate one.
///
/// ```java
/// try (ImageClassifier classifier = ImageClassifier.load(Path.of("runs/latest"))) {
///     System.out.println(classifier.classify(Path.of("cat.jpg")).best().label());
/// }
/// ```
///
/// | question | class |
/// |---|---|
/// | what is in this picture? | [net.alexnet.ImageClassifier] |
/// | which pictures are similar to this one? | [net.alexnet.Features] |
/// | how do its kernels and its predictions look? | the package [net.alexnet.figure] |
/// | how do I train on my pictures? | [net.alexnet.Training] |
/// | how do I start from a trained network? | [net.alexnet.FineTuning] |
/// | how good is a model? | [net.alexnet.Evaluation] |
///
/// **What has to be on the path.** The module `alexnet-torch` and its native libraries compute and decode; without them these
/// classes throw a [net.alexnet.tensor.BackendException] that names the dependency. The module `alexnet-interop`, if present,
/// reads the weights of PyTorch, Caffe and ONNX. Java needs `--enable-native-access=ALL-UNNAMED` (or the module's name);
/// with `--add-modules jdk.incubator.vector` a CPU classifies batches about four times as fast, with the same bits.
///
/// **Errors.** [java.io.IOException] for anything about files, among them [net.alexnet.ImageReadException] for a file that is
/// not a readable picture; [java.lang.IllegalArgumentException] for a wrong argument, an unknown layer or recipe key;
/// [java.lang.IllegalStateException] for a classifier that was closed; [net.alexnet.tensor.BackendException] if the engine is
/// missing or fails. All but the first are unchecked.
///
/// **A guest.** The library prints nothing, logs nothing and sets no system property. It writes only into the folders that it
/// is given, and prepared pictures, features and downloaded models into the cache folder of [net.alexnet.Options].
@NullMarked
package net.alexnet;

import org.jspecify.annotations.NullMarked;
