using PqGen.Ivf;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>A list that a search probes.</summary>
/// <param name="List">Its number.</param>
/// <param name="CoarseDistance">||x - c||^2, from the query to its centroid, or what else the centroid's score is.</param>
/// <param name="Terms">The range of its terms.</param>
/// <param name="State">What it holds.</param>
internal readonly record struct ProbedList(int List, float CoarseDistance, TermRange Terms, ListState State)
{
    /// <param name="probe">The probe.</param>
    /// <param name="terms">The range of each list's terms; empty where there are none.</param>
    /// <param name="state">What the list holds.</param>
    public static ProbedList Of(in Probe probe, ReadOnlySpan<TermRange> terms, in ListState state) =>
        new(probe.List, probe.Score, terms.IsEmpty ? default : terms[probe.List], state);
}

/// <summary>A segment that a search scans.</summary>
/// <param name="Probe">Which of the probed lists it belongs to.</param>
/// <param name="Segment">The segment.</param>
/// <param name="First">The position of its first vector, where positions follow each other.</param>
/// <param name="Offset">The score of the list's centroid.</param>
internal readonly record struct ScannedSegment(int Probe, Segment Segment, int First, float Offset);

/// <summary>A vector that may be among the nearest, as far as its bounds can tell.</summary>
/// <param name="Lower">Its distance is not below this; in the end, its distance.</param>
/// <param name="Segment">Which of the scanned segments holds it.</param>
/// <param name="Place">Its place in that segment.</param>
internal readonly record struct Candidate(float Lower, int Segment, int Place);
