import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.io.IOException;
import net.alexnet.bench.Turns;

/// Deep Java Library's zoo AlexNet: a side of net.alexnet.bench.PeerBenchmark. Runs from source on the jars of `pom.xml`.
final class Djl implements Turns.Program {
    private static final int BATCH = 128;

    private final Trainer trainer;
    private final Block net;
    private final NDArray pictures;
    private final NDArray labels;

    private Djl() {
        this.net = AlexNet.builder().build();
        Model model = Model.newInstance("alexnet", Device.cpu());
        model.setBlock(net);
        this.trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(0.001f))
                        .optMomentum(0.9f)
                        .optWeightDecays(0.0005f)
                        .build())
                .optDevices(new Device[] {Device.cpu()}));
        trainer.initialize(new Shape(BATCH, 3, 224, 224));
        NDManager manager = trainer.getManager();
        this.pictures = manager.randomNormal(new Shape(BATCH, 3, 224, 224));
        this.labels = manager.arange(BATCH).mod(10);
    }

    public static void main(String[] arguments) throws IOException {
        Turns.serve(new Djl());
    }

    @Override
    public String describe() {
        Engine engine = Engine.getInstance();
        return "DJL " + Engine.getDjlVersion() + ", " + engine.getEngineName() + " " + engine.getVersion() + ", Java "
                + Runtime.version();
    }

    @Override
    public double train(int batch) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray loss;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray x = first(pictures, batch, scope);
                NDList out = trainer.forward(new NDList(x));
                out.attach(scope);
                loss = trainer.getLoss().evaluate(new NDList(first(labels, batch, scope)), out);
                loss.attach(scope);
                collector.backward(loss);
            }
            trainer.step();
            return loss.toFloatArray()[0];
        }
    }

    @Override
    public double infer(int batch) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList out = trainer.evaluate(new NDList(first(pictures, batch, scope)));
            out.attach(scope);
            NDArray sum = out.singletonOrThrow().softmax(1).sum();
            sum.attach(scope);
            return sum.getFloat() / batch;
        }
    }

    private static NDArray first(NDArray of, int batch, NDManager scope) {
        NDArray part = of.get("0:" + batch);
        part.attach(scope);
        return part;
    }

    /// A weight of a layer is used once at each place of its output.
    @Override
    public double[] work() {
        double forward = 0;
        double first = 0;
        Shape shape = new Shape(1, 3, 224, 224);
        for (var child : ((SequentialBlock) net).getChildren()) {
            Block layer = child.getValue();
            shape = layer.getOutputShapes(new Shape[] {shape})[0];
            for (Parameter parameter : layer.getDirectParameters().values()) {
                if (parameter.getType() == Parameter.Type.WEIGHT) {
                    long places = shape.dimension() == 4 ? shape.get(2) * shape.get(3) : 1;
                    forward += parameter.getShape().size() * places;
                    first = first == 0 ? forward : first;
                }
            }
        }
        return new double[] {forward, 3 * forward - first};
    }
}
