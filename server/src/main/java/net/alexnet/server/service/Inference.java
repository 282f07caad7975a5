package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageHeader;
import net.alexnet.data.image.ImageTooLargeException;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.TopK;
import net.alexnet.server.BodyMemory;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Json;
import net.alexnet.server.service.InferRequest.Output;
import net.alexnet.server.service.InferRequest.Picture;
import net.alexnet.server.service.InferResult.Tensor;

/// Answers checked requests: decodes, queues, computes.
final class Inference implements AutoCloseable {
    private final ServiceMetrics metrics;
    private final int threads;
    private final ExecutorService decoders;

    Inference(int threads, ServiceMetrics metrics) {
        this.metrics = metrics;
        this.threads = threads;
        this.decoders = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("decode-", 0).factory());
    }

    /// @param arrival how long the request took to arrive
    /// @param memory that the answer takes
    /// @throws HttpFailure of status 503 if too much waits, 504 if the deadline passed, 400, 413 or 415 for what is no picture
    ///     or too large a one
    InferResult run(ServedModels.Lease lease, InferRequest request, Duration arrival, BodyMemory.Share memory)
            throws HttpFailure, InterruptedException {
        long start = System.nanoTime();
        long read = arrival.toNanos();
        String name = lease.entry().name();
        try {
            memory.take(request.answerBytes(lease.model().card().classes().size()));
            InferResult result = run(lease, request, start);
            metrics.phase(name, "read", read);
            return result;
        } catch (HttpFailure e) {
            lease.entry().statistics().failure(System.nanoTime() - start);
            switch (e.status()) {
                case 503 -> metrics.rejected.labelValues("queue_full").inc();
                case 504 -> metrics.rejected.labelValues("deadline").inc();
                case 400, 415 -> metrics.rejected.labelValues("bad_picture").inc();
                default -> {} // 413 is counted where it is sent
            }
            throw e;
        }
    }

    private InferResult run(ServedModels.Lease lease, InferRequest request, long start)
            throws HttpFailure, InterruptedException {
        Batcher batcher = lease.served().batcher();
        List<BatchKey> keys = request.keys();
        int pictures = request.pictures().size();
        long deadline = start + request.time().toNanos();
        Map<BatchKey, Batcher.Job> jobs = new LinkedHashMap<>();
        try (Batcher.Place place = batcher.reserve(pictures, (long) pictures * request.views().count() * keys.size(),
                request.time())) {
            if (lease.model().computesOnAllCores()
                    && request.pictures().stream().anyMatch(Picture.Encoded.class::isInstance)) {
                // The network's threads wait for each other in every layer, so a picture that is decoded on one of their
                // cores holds up all of them.
                batcher.awaitEndOfBatch(deadline);
            }
            long waited = System.nanoTime() - start;
            List<Image> images = decode(lease.model(), request.pictures());
            long decoded = System.nanoTime();
            for (BatchKey key : keys) {
                jobs.put(key, batcher.submit(key, images, deadline));
            }
            place.decoded();
            Map<BatchKey, List<float[]>> results = new HashMap<>();
            long queued = 0;
            for (Map.Entry<BatchKey, Batcher.Job> job : jobs.entrySet()) {
                results.put(job.getKey(), job.getValue().await());
                queued = Math.max(queued, job.getValue().queued());
            }
            long computed = System.nanoTime();
            InferResult result = result(lease, request, results);
            long end = System.nanoTime();
            lease.entry().statistics().success(pictures, end - start, waited + queued, decoded - start - waited,
                    computed - decoded - queued, end - computed);
            String name = lease.entry().name();
            metrics.phase(name, "decode", decoded - start - waited);
            metrics.phase(name, "queue", waited + queued);
            metrics.phase(name, "compute", computed - decoded - queued);
            metrics.phase(name, "write", end - computed);
            return result;
        } finally {
            jobs.values().forEach(Batcher.Job::cancel); // if one failed, nobody waits for the others
        }
    }

    // --- decoding --------------------------------------------------------------------------------------------------

    /// Decodes on the pool, a few at a time, so that a request of many pictures leaves room for others.
    private List<Image> decode(LoadedModel model, List<Picture> pictures) throws HttpFailure, InterruptedException {
        List<Future<Image>> started = new ArrayList<>();
        List<Image> images = new ArrayList<>();
        try {
            for (int i = 0; i < pictures.size() + threads; i++) {
                if (i < pictures.size()) {
                    started.add(start(model, pictures.get(i)));
                }
                if (i >= threads && i - threads < pictures.size()) {
                    images.add(started.get(i - threads).get());
                }
            }
            return images;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnreadableImageException reason) {
                throw unreadable(pictures, images.size(), reason);
            }
            throw new IllegalStateException("decoding failed", e.getCause());
        } finally {
            started.forEach(one -> one.cancel(false));
        }
    }

    private Future<Image> start(LoadedModel model, Picture picture) throws HttpFailure {
        return switch (picture) {
            case Picture.Pixels pixels -> CompletableFuture.completedFuture(pixels.image());
            case Picture.Encoded encoded -> {
                try {
                    yield decoders.submit(() -> model.decode(encoded.file()));
                } catch (RejectedExecutionException e) {
                    throw HttpFailure.busy("the server is stopping", 1);
                }
            }
        };
    }

    private static HttpFailure unreadable(List<Picture> pictures, int index, UnreadableImageException reason) {
        byte[] file = pictures.get(index) instanceof Picture.Encoded encoded ? encoded.file() : new byte[0];
        boolean isOfKnownFormat = ImageHeader.of(file).isPresent() && ImageHeader.unread(file).isEmpty();
        int status = reason instanceof ImageTooLargeException ? 413 : isOfKnownFormat || file.length == 0 ? 400 : 415;
        return new HttpFailure(status, "picture " + index + ": " + reason.getMessage());
    }

    // --- results ---------------------------------------------------------------------------------------------------

    private static InferResult result(ServedModels.Lease lease, InferRequest request,
            Map<BatchKey, List<float[]>> results) {
        List<String> labels = lease.model().card().classes();
        List<Tensor> tensors = new ArrayList<>();
        for (Output output : request.outputs()) {
            List<float[]> rows = Objects.requireNonNull(results.get(new BatchKey(request.views(), output.layer())));
            tensors.add(tensor(output, rows, labels));
        }
        String top = "";
        if (request.top() > 0) {
            List<float[]> rows = Objects
                    .requireNonNull(results.getOrDefault(new BatchKey(request.views(), Optional.empty()),
                            List.of()));
            top = Json.text(rows.stream().map(row -> best(row, labels, request.top())).toList());
        }
        return new InferResult(request.id(), lease.entry().name(), ServedModels.VERSION, top, tensors);
    }

    private static Tensor tensor(Output output, List<float[]> rows, List<String> labels) {
        long n = rows.size();
        if (output.classes() > 0) {
            List<List<String>> texts = rows.stream()
                    .map(row -> TopK.best(row, 0, row.length, output.classes()).stream()
                            .map(index -> row[index] + ":" + index + ":" + labels.get(index)).toList())
                    .toList();
            return new Tensor(output.name(), List.of(), List.of(n, (long) output.classes()), texts, output.binary());
        }
        List<Long> shape = new ArrayList<>(List.of(n));
        if (output.layer().isPresent()) {
            for (int side : output.layer().get().shape().dims()) {
                shape.add((long) side);
            }
        } else {
            shape.add((long) labels.size());
        }
        return new Tensor(output.name(), rows, shape, List.of(), output.binary());
    }

    /// The most probable classes, best first, in the words of DJL and TorchServe.
    static List<Map<String, Object>> best(float[] row, List<String> labels, int count) {
        return TopK.best(row, 0, row.length, count).stream().map(index -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("className", labels.get(index));
            one.put("probability", row[index]);
            return one;
        }).toList();
    }

    @Override
    public void close() {
        decoders.shutdown();
    }
}
