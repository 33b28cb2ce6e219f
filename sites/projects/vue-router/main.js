import { createApp, h } from "vue";
import { createRouter, createWebHistory, RouterLink, RouterView } from "vue-router";

const Home = () => [h("h1", "Harbour"), h(RouterLink, { to: "/berths/v1.2" }, () => "Berth v1.2")];

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: Home },
    { path: "/berths/:name", component: () => import("./Berth.vue") },
    { path: "/:rest(.*)*", component: () => h("h1", "No such page") },
  ],
});

createApp(RouterView).use(router).mount("#app");
