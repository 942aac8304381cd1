using PqGen.Ivf;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>A list that a search probes.</summary>
/// <param name="List">Its number.</param>
/// <param name="CoarseDistance">||x - c||^2, from the query to its centroid.</param>
/// <param name="Terms">The range of its terms.</param>
/// <param name="State">What it holds.</param>
internal readonly record struct ProbedList(int List, float CoarseDistance, TermRange Terms, ListState State);

/// <summary>A segment that a search scans.</summary>
/// <param name="Probe">Which of the probed lists it belongs to.</param>
/// <param name="Segment">The segment.</param>
/// <param name="First">The position of its first vector, where positions follow each other.</param>
/// <param name="Offset">What is added to every sum of table entries.</param>
internal readonly record struct ScannedSegment(int Probe, Segment Segment, int First = 0, float Offset = 0);

/// <summary>A vector that may be among the nearest, as far as its bounds can tell.</summary>
/// <param name="Lower">Its distance is not below this; in the end, its distance.</param>
/// <param name="Segment">Which of the scanned segments holds it.</param>
/// <param name="Place">Its place in that segment.</param>
internal readonly record struct Candidate(float Lower, int Segment, int Place);
