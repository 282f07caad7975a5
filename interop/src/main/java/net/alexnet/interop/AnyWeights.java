package net.alexnet.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.interop.caffe.CaffeFile;
import net.alexnet.interop.onnx.OnnxFile;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;

/// Opens a file of weights of whatever format, which its first bytes tell; its name does not matter.
public final class AnyWeights {
    private static final int HEAD_BYTES = 64;

    private AnyWeights() {}

    /// Opens and checks a file; its values may be used after it is closed.
    ///
    /// @throws WeightFileException if it cannot be read, is of no format that is known, or breaks its own
    public static WeightFile open(Path file) throws WeightFileException {
        return switch (format(file)) {
            case SAFETENSORS -> SafetensorsFile.openLasting(file);
            case PYTORCH -> PyTorchFile.open(file);
            case CAFFE -> CaffeFile.open(file);
            case ONNX -> OnnxFile.open(file);
        };
    }

    /// Which format a file has by its first bytes; whether it is whole is found when it is opened.
    ///
    /// @throws WeightFileException if it cannot be read, or is of no format that is known
    public static WeightFormat format(Path file) throws WeightFileException {
        if (Files.isDirectory(file)) {
            throw new WeightFileException(file, "is a folder, expected a file of weights");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(HEAD_BYTES);
            return WeightFormat.of(head, Files.size(file)).orElseThrow(() -> new WeightFileException(file,
                    WeightFormat.problem(head)));
        } catch (WeightFileException e) {
            throw e;
        } catch (IOException e) {
            throw new WeightFileException(file, "cannot be read: " + AtomicFiles.reason(e), e);
        }
    }
}
