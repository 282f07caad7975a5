import java.io.IOException;
import net.alexnet.bench.Turns;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.model.AlexNet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.nativeblas.NativeOpsHolder;

/// Deeplearning4j's zoo AlexNet: a side of net.alexnet.bench.PeerBenchmark. Runs from source on the jars of `pom.xml`.
final class Dl4j implements Turns.Program {
    private static final int BATCH = 128;
    private static final int CLASSES = 1000;

    private final MultiLayerNetwork net;
    private final INDArray pictures = Nd4j.randn(BATCH, 3, 224, 224);
    private final INDArray labels = Nd4j.zeros(BATCH, CLASSES);

    private Dl4j() {
        this.net = AlexNet.builder().numClasses(CLASSES).inputShape(new int[] {3, 224, 224}).build().init();
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i * 7919 % CLASSES, 1);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Turns.serve(new Dl4j());
    }

    @Override
    public String describe() {
        var environment = Nd4j.getExecutioner().getEnvironmentInformation();
        return "DL4J 1.0.0-M2.1, " + environment.getProperty("backend") + ", " + environment.getProperty("blas.vendor")
                + ", " + NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads() + " threads, Java " + Runtime.version();
    }

    @Override
    public double train(int batch) {
        net.fit(first(pictures, batch), first(labels, batch));
        return net.score();
    }

    @Override
    public double infer(int batch) {
        return net.output(first(pictures, batch), false).sumNumber().doubleValue() / batch;
    }

    private static INDArray first(INDArray of, int batch) {
        return of.get(NDArrayIndex.interval(0, batch));
    }

    /// A weight of a layer is used once at each place of its output.
    @Override
    public double[] work() {
        double forward = 0;
        double first = 0;
        var outputs = net.feedForward(first(pictures, 1), false); // the input itself comes first
        for (int i = 0; i < net.getLayers().length; i++) {
            INDArray weight = net.getLayer(i).getParam("W");
            if (weight != null) {
                long[] shape = outputs.get(i + 1).shape();
                forward += weight.length() * (shape.length == 4 ? shape[2] * shape[3] : 1);
                first = first == 0 ? forward : first;
            }
        }
        return new double[] {forward, 3 * forward - first};
    }
}
