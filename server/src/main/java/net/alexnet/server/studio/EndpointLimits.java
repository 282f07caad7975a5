package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.server.Call;
import net.alexnet.server.Endpoint;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.train.config.RecipeException;

/// How pages are answered: heavy work on few threads, and failures in words. Safe for use by many
/// threads.
final class EndpointLimits implements AutoCloseable {
    private static final int HEAVY = 2; // jobs at once
    private static final int MOST_WAITING = 32; // a browser asks for six things at once

    private final PageFrame frame;
    private final ExecutorService pool = new ThreadPoolExecutor(HEAVY, HEAVY, 0, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING), Thread.ofPlatform().daemon().name("heavy-", 0).factory());

    EndpointLimits(PageFrame frame) {
        this.frame = frame;
    }

    /// An endpoint that reads a few files.
    Endpoint light(Endpoint endpoint) {
        return call -> {
            try {
                return endpoint.answer(call);
            } catch (HttpFailure e) {
                return reply(call, e);
            } catch (UncheckedIOException e) {
                return reply(call, failure(Objects.requireNonNull(e.getCause())));
            } catch (IOException e) {
                return reply(call, failure(e));
            } catch (RecipeException e) {
                return reply(call, new HttpFailure(409, Texts.line(String.valueOf(e.getMessage()))));
            }
        };
    }

    /// An endpoint that computes, decodes pictures or walks through folders. Two of these work at
    /// once and a few wait, so that they keep no other request waiting; more are refused with
    /// status 503.
    Endpoint heavy(Endpoint endpoint) {
        return light(call -> {
            Future<Reply> answer;
            try {
                answer = pool.submit(() -> endpoint.answer(call));
            } catch (RejectedExecutionException e) {
                throw HttpFailure.busy("too many requests wait for the network or for pictures", 2);
            }
            try {
                return answer.get();
            } catch (InterruptedException e) {
                answer.cancel(true);
                throw e;
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case Exception failure -> throw failure;
                    case Error failure -> throw failure;
                    case null, default -> throw e;
                }
            }
        });
    }

    /// The files of a run are missing or damaged, which is no failure of the server.
    private static HttpFailure failure(IOException e) {
        return new HttpFailure(e instanceof NoSuchFileException ? 404 : 409, Texts.line(AtomicFiles.reason(e)));
    }

    /// A person who opened a page is told on a page.
    private Reply reply(Call call, HttpFailure failure) throws HttpFailure {
        if (!call.method().equals("GET") || !call.header("Accept").orElse("").contains("text/html")) {
            throw failure;
        }
        Reply page = frame.page("Error", "", List.of(), "<h1>This cannot be shown</h1>\n<p>"
                + Texts.markup(String.valueOf(failure.getMessage())) + ".</p>\n<p><a href=\"/\">All runs</a></p>\n");
        Map<String, String> headers = new LinkedHashMap<>(failure.reply().headers());
        headers.putAll(page.headers());
        return new Reply(failure.status(), headers, page.body());
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
