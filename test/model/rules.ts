/** Whether the rule that the core names is the one that the model names, or a row of it. */
export function sameRule(model: string, core: string): boolean {
  return model === "" || core === model || core.startsWith(`${model}#`);
}
