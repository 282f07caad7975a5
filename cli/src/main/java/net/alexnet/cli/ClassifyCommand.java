package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import net.alexnet.Classification;
import net.alexnet.Classification.Guess;
import net.alexnet.ImageClassifier;
import net.alexnet.ImageReadException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet classify`.
@Command(name = "classify", mixinStandardHelpOptions = true, description = "Names the five most probable classes of pictures.")
final class ClassifyCommand implements Callable<Integer> {
    private static final int TOP = 5;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = Engine.MODELS)
    private Path model = Path.of("runs/latest");

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE|DIR", description = "Pictures. A folder stands for all files in it and below; hidden ones are left out.")
    private List<Path> pictures = List.of();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = Engine.CHECKPOINTS)
    private ModelFile.Which which = ModelFile.Which.RESULT;

    @Option(names = "--json", description = "Print one JSON array to standard output, and nothing else.")
    private boolean json;

    @Mixin
    private ViewOption views = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    ClassifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    private record Scored(@JsonProperty("class") String name, float probability) {}

    private record Classified(String file, List<Scored> predictions) {}

    private record Unreadable(String file, String error) {}

    @Override
    public Integer call() throws IOException {
        Answers answers = new Answers();
        try (ImageClassifier classifier = ImageClassifier.load(
                model, engine.options().checkpoint(which).views(views.views().count()))) {
            views.note(classifier.card().preprocessing()).ifPresent(note -> terminal.err().println("note: " + note));
            classifier.classifyEach(pictures, answers);
        }
        if (json) {
            terminal.out().println(Json.of(answers.all));
        }
        return answers.all.stream().anyMatch(Classified.class::isInstance) ? 0 : 1;
    }

    /// Collects answers for JSON, and prints each at once for a person.
    private final class Answers implements ImageClassifier.Results {
        private final List<Object> all = new ArrayList<>();

        @Override
        public void classified(Path file, Classification classification) {
            List<Guess> top = classification.top(TOP);
            all.add(new Classified(file.toString(), top.stream()
                    .map(guess -> new Scored(guess.label(), guess.probability())).toList()));
            if (!json) {
                terminal.out().println(file);
                top.forEach(guess -> terminal.out().println(String.format(
                        Locale.ROOT, "  %6.2f %%  %s", 100 * guess.probability(), guess.label())));
            }
        }

        @Override
        public void failed(Path file, IOException failure) {
            String reason = failure instanceof ImageReadException image ? image.reason() : AtomicFiles.reason(failure);
            all.add(new Unreadable(file.toString(), reason));
            if (!json) {
                terminal.err().println("warning: " + file + ": " + reason);
            }
        }
    }
}
