package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Model;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Predictor.ClassProbability;
import net.alexnet.io.AtomicFiles;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet classify`.
@Command(name = "classify", mixinStandardHelpOptions = true, description = "Says what is on pictures: the five most probable classes of each.")
final class ClassifyCommand implements Callable<Integer> {
    private static final int TOP = 5;
    private static final int BATCH = 32; // views at a time

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "RUN", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("runs/latest");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures; of a folder, every file in it and below.")
    private List<Path> pictures = List.of();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last; of a fine-tuned run, best.")
    private ModelFile.@Nullable Which which;

    @Option(names = "--json", description = "One JSON array on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private ViewOption viewOption = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    ClassifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What became of a file; one of the two is there.
    private sealed interface Answer {
        record Known(String file, List<ClassProbability> predictions) implements Answer {}

        record Unreadable(String file, String error) implements Answer {}
    }

    @Override
    public Integer call() throws IOException {
        List<Path> files = files();
        List<Answer> answers = new ArrayList<>();
        ModelFile file = ModelFile.find(model, which);
        try (Backend backend = engine.open()) {
            Model opened = file.open(backend);
            Preprocessing preprocessing = opened.card().preprocessing();
            viewOption.note(preprocessing).ifPresent(note -> terminal.err().println("note: " + note));
            Predictor classifier = new Predictor(opened, viewOption.views(), new OpenCvCodec());
            int batch = Math.ceilDiv(BATCH, viewOption.views().count());
            for (int from = 0; from < files.size(); from += batch) {
                List<Answer> some = classify(classifier, preprocessing,
                        files.subList(from, Math.min(files.size(), from + batch)));
                answers.addAll(some);
                if (!json) {
                    some.forEach(this::print);
                }
            }
        }
        if (json) {
            terminal.out().println(Json.of(answers));
        }
        return answers.stream().anyMatch(answer -> answer instanceof Answer.Known) ? 0 : 1;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : pictures) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> below = Files.walk(path)) {
                    below.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().startsWith("."))
                            .sorted()
                            .forEach(files::add);
                }
            } else {
                files.add(path);
            }
        }
        if (files.isEmpty()) {
            throw new IOException("there are no files in " + pictures);
        }
        return files;
    }

    private List<Answer> classify(Predictor classifier, Preprocessing preprocessing, List<Path> files) {
        ImageCodec codec = new OpenCvCodec();
        List<Path> readable = new ArrayList<>();
        List<Image> squares = new ArrayList<>();
        List<Answer> unreadable = new ArrayList<>();
        for (Path file : files) {
            try {
                squares.add(codec.resizeAndCenterCrop(
                        Files.readAllBytes(file), preprocessing.resize(), preprocessing.channels()));
                readable.add(file);
            } catch (IOException e) {
                unreadable.add(new Answer.Unreadable(file.toString(), AtomicFiles.reason(e)));
            } catch (UnreadableImageException e) {
                unreadable.add(new Answer.Unreadable(file.toString(), String.valueOf(e.getMessage())));
            }
        }
        List<List<ClassProbability>> predictions = squares.isEmpty() ? List.of() : classifier.classify(squares, TOP);
        Iterator<Answer> refused = unreadable.iterator();
        Iterator<List<ClassProbability>> known = predictions.iterator();
        List<Answer> answers = new ArrayList<>();
        for (Path file : files) {
            answers.add(readable.contains(file) ? new Answer.Known(file.toString(), known.next()) : refused.next());
        }
        return answers;
    }

    private void print(Answer answer) {
        switch (answer) {
            case Answer.Known known -> {
                terminal.out().println(known.file());
                for (ClassProbability prediction : known.predictions()) {
                    terminal.out().println(String.format(
                            Locale.ROOT, "  %6.2f %%  %s", 100 * prediction.probability(), prediction.name()));
                }
            }
            case Answer.Unreadable unreadable ->
                terminal.err().println("warning: " + unreadable.file() + ": " + unreadable.error());
        }
    }
}
