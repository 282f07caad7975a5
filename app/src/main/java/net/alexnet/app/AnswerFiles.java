package net.alexnet.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.eval.Answer;
import net.alexnet.eval.AnswerFile;

/// The files that an evaluation writes besides its report: none, one or more.
final class AnswerFiles implements Answer.Taker, AutoCloseable {
    private final List<AnswerFile> files = new ArrayList<>();

    void add(AnswerFile file) {
        files.add(file);
    }

    @Override
    public void take(Answer answer) throws IOException {
        for (AnswerFile file : files) {
            file.take(answer);
        }
    }

    /// Gives every file its name.
    void finish() throws IOException {
        for (AnswerFile file : files) {
            file.finish();
        }
    }

    @Override
    public void close() throws IOException {
        Optional<IOException> failure = Optional.empty();
        for (AnswerFile file : files) { // each of them, or a draft would stay behind
            try {
                file.close();
            } catch (IOException e) {
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
