using System.ComponentModel;

namespace PqGen.Kernels;

/// <summary>The byte table's place on the scale of real distances: distance >= Bias + Step * sum of bytes.</summary>
/// <param name="Bias">The sum over the sub-quantizers of their smallest table entry.</param>
/// <param name="Step">The distance that one unit of the byte table stands for; 0 when every row of the table is constant.</param>
/// <param name="Magnitude">The sum over the sub-quantizers of their largest absolute table entry; it bounds the rounding errors.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TableScale(float Bias, float Step, float Magnitude);

/// <summary>
/// Kernels over whole vectors of a fixed dimension. Implemented by generated structs, in which every size is a literal, and by
/// their run-time-sized twin <c>GenericKernels</c>.
/// </summary>
/// <remarks>
/// <para>Kernels read and write through references without checks: the caller has checked every length and every code. They allocate
/// nothing and may run on any number of threads at once.</para>
/// <para><b>Same bits everywhere.</b> Every implementation on every instruction set returns the same bits. Where lanes run over
/// centroids or vectors, a lane sums its components in order, each step one fused multiply-add, starting from 0. Where lanes run
/// over components (<see cref="Score"/>), the partial sums and their tree are fixed and stated there.</para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IVectorKernels
{
    /// <summary>The version of the contracts and layouts that a struct was written for: <see cref="KernelLayout.ContractVersion"/>.</summary>
    static abstract int ContractVersion { get; }

    /// <summary>Components of a vector.</summary>
    int Dimension { get; }

    /// <summary>What a score means.</summary>
    /// <remarks>
    /// A score is smaller when nearer. <see cref="Metric.SquaredL2"/>: the squared Euclidean distance. <see cref="Metric.InnerProduct"/>: -2 times
    /// the inner product, so that the squared distance is the two squared lengths plus the score. <see cref="Metric.Cosine"/> is for vectors that the
    /// caller has normalized: rows are compared as under inner product, centroids and codes as under squared L2, which orders them alike.
    /// </remarks>
    Metric Metric { get; }

    /// <summary>The instruction set these kernels run on.</summary>
    KernelPath Path { get; }

    /// <summary>The score of two vectors.</summary>
    /// <param name="x">float <c>[Dimension]</c>.</param>
    /// <param name="y">float <c>[Dimension]</c>.</param>
    /// <remarks>
    /// With W = Dimension / 32 * 32 and V = Dimension / 4 * 4: components below W go to 32 partial sums (component d to sum d mod 32, in order of
    /// d); components from W to V go to 4 partial sums t (component d to t[d mod 4]); components from V go to one sum u. Then
    /// s16[l] = s[l] + s[l + 16], s8[l] = s16[l] + s16[l + 8], s4[l] = s8[l] + s8[l + 4], r[l] = s4[l] + t[l],
    /// sum = ((r[0] + r[2]) + (r[1] + r[3])) + u. Under squared L2 every step of a sum is fma(x - y, x - y, sum) from 0, and the
    /// score is the sum; under inner product and cosine every step is fma(x, y, sum) from 0, and the score is the sum times -2.
    /// </remarks>
    float Score(ref float x, ref float y);

    /// <summary>The scores of one vector and many: bit for bit <see cref="Score"/> of each.</summary>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="rows">float <c>[count][Dimension]</c>.</param>
    /// <param name="count">Rows, 0 or more.</param>
    /// <param name="scores">float <c>[count]</c>, written.</param>
    void Scores(ref float query, ref float rows, int count, ref float scores);
}

/// <summary>Kernels of points against centroid panels (<see cref="KernelLayout"/>): coarse search, assignment, k-means.</summary>
/// <inheritdoc cref="IVectorKernels" path="/remarks"/>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ICentroidKernels : IVectorKernels
{
    /// <summary>
    /// The scores of points and centroids; lanes run over centroids. Under squared L2 and cosine they are the lane sums by fma(x - c, x - c, sum);
    /// under inner product the lane sums by fma(x, c, sum), times -2.
    /// </summary>
    /// <param name="points">float <c>[count][Dimension]</c>.</param>
    /// <param name="count">Points, 0 or more.</param>
    /// <param name="panels">float <c>[panelCount][Dimension][16]</c>.</param>
    /// <param name="panelCount">Panels, 1 or more.</param>
    /// <param name="scores">float <c>[count][panelCount * 16]</c>, written.</param>
    void CentroidScores(ref float points, int count, ref float panels, int panelCount, ref float scores);

    /// <summary>
    /// The nearest centroid of each point by squared Euclidean distance, whatever the metric, as training and assignment take it; ties to the smaller
    /// number.
    /// </summary>
    /// <param name="points">float <c>[count][Dimension]</c>.</param>
    /// <param name="count">Points, 0 or more.</param>
    /// <param name="panels">float <c>[panelCount][Dimension][16]</c>.</param>
    /// <param name="panelCount">Panels, 1 or more.</param>
    /// <param name="nearest">int <c>[count]</c>, written.</param>
    /// <param name="distances">float <c>[count]</c>, the squared distances, written.</param>
    void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances);
}

/// <summary>Kernels of a product quantizer: encoding, distance tables, the plain ADC scan and the fast scan.</summary>
/// <inheritdoc cref="IVectorKernels" path="/remarks"/>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IPqKernels : IVectorKernels
{
    /// <summary>Sub-quantizers.</summary>
    int M { get; }

    /// <summary>Centroids of each sub-quantizer.</summary>
    int Ksub { get; }

    /// <summary>Components of a sub-vector: Dimension / M.</summary>
    int Dsub { get; }

    /// <summary>Bytes of the table that <see cref="QuantizeTable"/> writes; its layout is private to the kernel struct.</summary>
    int ByteTableSize { get; }

    /// <summary>
    /// Runs of codes whose table bytes <see cref="ScanBlocks(ref byte, ref byte, int, int, ref ulong)"/> adds as bytes: each such sum
    /// counts for at most 255 (<see cref="KernelLayout.RunsPerByteSum"/>).
    /// </summary>
    int RunsPerByteSum { get; }

    /// <summary>The nearest sub-centroid of each sub-vector, ties to the smaller number, and its squared distance.</summary>
    /// <param name="subvectors">float, sub-vector i at <c>i * stride</c>, Dsub components each.</param>
    /// <param name="stride">Floats from one sub-vector to the next.</param>
    /// <param name="count">Sub-vectors, 0 or more.</param>
    /// <param name="panels">One sub-quantizer's codebook, float <c>[PanelCount(Ksub)][Dsub][16]</c>.</param>
    /// <param name="nearest">int <c>[count]</c>, written.</param>
    /// <param name="distances">float <c>[count]</c>, written.</param>
    void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances);

    /// <summary>The squared distances of each query's sub-vectors to every sub-centroid; lanes run over centroids.</summary>
    /// <param name="queries">float <c>[count][Dimension]</c>.</param>
    /// <param name="count">Queries, 0 or more.</param>
    /// <param name="codebooks">float <c>[M][PanelCount(Ksub)][Dsub][16]</c>.</param>
    /// <param name="tables">float <c>[count][M][PaddedKsub(Ksub)]</c>, written.</param>
    void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables);

    /// <summary>
    /// -2 times the inner products of each query's sub-vectors with every sub-centroid: lane sums by fma(x, c, sum) in order of the
    /// components from 0, then times -2.
    /// </summary>
    /// <inheritdoc cref="DistanceTables" path="/param"/>
    void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables);

    /// <summary>The plain ADC distances of whole blocks: for each vector the sum over m, in order, of table[m][code].</summary>
    /// <param name="table">float <c>[M][PaddedKsub(Ksub)]</c>.</param>
    /// <param name="blocks">
    /// Code blocks, <c>blockCount / 4</c> tiles, then <c>blockCount % 4</c> single blocks (<see cref="KernelLayout"/>), every code below Ksub.
    /// </param>
    /// <param name="blockCount">Blocks, 0 or more.</param>
    /// <param name="distances">float <c>[blockCount * 64]</c>, written.</param>
    void AdcDistances(ref float table, ref byte blocks, int blockCount, ref float distances);

    /// <summary>The plain ADC distance of one vector, bit for bit as <see cref="AdcDistances"/> gives it.</summary>
    /// <param name="table">float <c>[M][PaddedKsub(Ksub)]</c>.</param>
    /// <param name="block">The code block's first run.</param>
    /// <param name="runStride">Bytes from one run of the block to the next: 256 in a tile, 64 in a single block.</param>
    /// <param name="lane">The vector's place in the block, 0 to 63.</param>
    float AdcDistance(ref float table, ref byte block, int runStride, int lane);

    /// <summary>
    /// The ADC distance of one vector without a table: bit for bit what <see cref="AdcDistance"/> returns with the table that
    /// <see cref="DistanceTables"/> makes of <paramref name="query"/>.
    /// </summary>
    /// <param name="query">The query, or its residual, float <c>[Dimension]</c>.</param>
    /// <param name="centroids">The codebooks by row, float <c>[M][Ksub][Dsub]</c>.</param>
    /// <param name="block">The code block's first run.</param>
    /// <param name="runStride">Bytes from one run of the block to the next: 256 in a tile, 64 in a single block.</param>
    /// <param name="lane">The vector's place in the block, 0 to 63.</param>
    float DecodedDistance(ref float query, ref float centroids, ref byte block, int runStride, int lane);

    /// <summary>
    /// Rounds a float table down to bytes, 255 where an entry is larger, so that sums of bytes are lower bounds of distances, up to float
    /// rounding, which the caller allows for. Unless a smaller one is asked for, the step is the largest over the byte sums of what their entries
    /// come to above the least, over what a byte sum is to come to: on average (<see cref="KernelLayout.MeanByteSum"/>), so that it seldom saturates;
    /// or at most, 255, so that it never does. Without saturation the step is the same bits on every instruction set, and so is every byte.
    /// </summary>
    /// <param name="table">float <c>[M][PaddedKsub(Ksub)]</c>.</param>
    /// <param name="largestStep">
    /// The step is this at most: finer steps tell small sums apart more exactly, larger ones saturate. Positive; infinity for no limit. An entry 2^31
    /// steps above the least of its row, which takes less than 1/32,768 of the step without limit, may become 0 instead of 255: a weaker bound.
    /// </param>
    /// <param name="saturates">Whether byte sums may saturate.</param>
    /// <param name="byteTable">byte <c>[ByteTableSize]</c>, aligned to 64 bytes, written.</param>
    TableScale QuantizeTable(ref float table, float largestStep, bool saturates, ref byte byteTable);

    /// <summary>
    /// Marks the vectors whose bound is at most the threshold. A bound is the sum of a vector's byte table entries, where those of
    /// <see cref="RunsPerByteSum"/> runs together count for at most 255, or of smaller bytes, where an instruction set has no quick look-ups for
    /// them.
    /// </summary>
    /// <param name="byteTable">byte <c>[ByteTableSize]</c>, aligned to 64 bytes, in memory that does not move.</param>
    /// <param name="blocks">
    /// Code blocks, <c>blockCount / 4</c> tiles, then <c>blockCount % 4</c> single blocks (<see cref="KernelLayout"/>), aligned to 64 bytes, every
    /// code below Ksub.
    /// </param>
    /// <param name="blockCount">Blocks, 0 or more.</param>
    /// <param name="threshold">0 to 65,535.</param>
    /// <param name="survivors">UInt64 <c>[blockCount]</c>, written: bit i stands for vector i of the block.</param>
    void ScanBlocks(ref byte byteTable, ref byte blocks, int blockCount, int threshold, ref ulong survivors);

    /// <summary>
    /// As the overload without terms; a vector's (term * termFactor) >> 16 is added to its bound, saturating at 65,535, and bounds are written.
    /// </summary>
    /// <param name="byteTable">byte <c>[ByteTableSize]</c>, aligned to 64 bytes.</param>
    /// <param name="blocks">
    /// Code blocks, <c>blockCount / 4</c> tiles, then <c>blockCount % 4</c> single blocks (<see cref="KernelLayout"/>), aligned to 64 bytes, every
    /// code below Ksub.
    /// </param>
    /// <param name="terms">Term blocks, UInt16 <c>[blockCount][64]</c>, aligned to 64 bytes, or a null reference.</param>
    /// <param name="blockCount">Blocks, 0 or more.</param>
    /// <param name="termFactor">0 to 65,535.</param>
    /// <param name="threshold">0 to 65,535.</param>
    /// <param name="survivors">UInt64 <c>[blockCount]</c>, written: bit i stands for vector i of the block.</param>
    /// <param name="bounds">
    /// UInt16 <c>[blockCount][64]</c>, a vector's at the place of its term, written; or a null reference, where none is asked for.
    /// </param>
    void ScanBlocks(
        ref byte byteTable,
        ref byte blocks,
        ref ushort terms,
        int blockCount,
        int termFactor,
        int threshold,
        ref ulong survivors,
        ref ushort bounds);
}

/// <summary>Everything an IVFPQ index asks of its kernels.</summary>
/// <inheritdoc cref="IVectorKernels" path="/remarks"/>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IIvfPqKernels : ICentroidKernels, IPqKernels;
