export async function publish(/** @type {string[]} */ files) {
  console.log(files);
}
