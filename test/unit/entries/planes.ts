import "../../../assembly/base/panic";

export {
  planeClear,
  planeClearRange,
  planeCount,
  planeEmpty,
  planeNext,
  planeSet,
  planeTest,
  valueAt,
  valueFill,
  valueRunEnd,
} from "../../../assembly/base/planes";
