package net.alexnet.interop.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// A file as onnxruntime sees it.
final class OnnxRun implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment(); // one for the whole JVM, never closed
    private final OrtSession session;

    OnnxRun(Path file) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = environment.createSession(file.toString(), options);
        }
    }

    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    /// -1 for what is left open.
    long[] inputShape() throws OrtException {
        return ((TensorInfo) Objects.requireNonNull(session.getInputInfo().get("pictures")).getInfo()).getShape();
    }

    /// The output, row by row.
    float[] probabilities(float[] pictures, long... shape) throws OrtException {
        try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pictures), shape);
                OrtSession.Result result = session.run(Map.of("pictures", input))) {
            FloatBuffer values = ((OnnxTensor) result.get("probabilities").orElseThrow()).getFloatBuffer();
            float[] all = new float[values.remaining()];
            values.get(all);
            return all;
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
