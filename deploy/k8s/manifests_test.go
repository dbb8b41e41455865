// Package k8s checks the manifests of this folder: no cluster is needed.
package k8s

import (
	"maps"
	"path"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// manifests is what `kubectl apply -k` would apply.
type manifests struct {
	namespace   corev1.Namespace
	config      corev1.ConfigMap
	statefulSet appsv1.StatefulSet
	services    map[string]*corev1.Service
	disruption  policyv1.PodDisruptionBudget
	ingress     networkingv1.Ingress
	network     networkingv1.NetworkPolicy
}

// read builds the folder and decodes every object into its type; a field that the type doesn't know is a fault.
func read(t *testing.T) *manifests {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), ".")
	if err != nil {
		t.Fatal(err)
	}
	m := &manifests{services: map[string]*corev1.Service{}}
	types := map[string]any{
		"v1/Namespace": &m.namespace, "v1/ConfigMap": &m.config, "apps/v1/StatefulSet": &m.statefulSet, "policy/v1/PodDisruptionBudget": &m.disruption,
		"networking.k8s.io/v1/Ingress": &m.ingress, "networking.k8s.io/v1/NetworkPolicy": &m.network,
	}
	for _, r := range built.Resources() {
		kind := r.GetApiVersion() + "/" + r.GetKind()
		into := types[kind]
		delete(types, kind)
		if kind == "v1/Service" {
			s := &corev1.Service{}
			m.services[r.GetName()], into = s, s
		}
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if into == nil {
			t.Fatalf("%s %s isn't expected, or is there twice", kind, r.GetName())
		}
		if err := yaml.UnmarshalStrict(text, into); err != nil {
			t.Errorf("%s %s: %v", kind, r.GetName(), err)
		}
		if r.GetNamespace() != "tongshishang" && kind != "v1/Namespace" {
			t.Errorf("%s %s is in namespace %q", kind, r.GetName(), r.GetNamespace())
		}
	}
	for kind := range types {
		t.Errorf("%s is missing", kind)
	}
	return m
}

// TestManifests_StopInTime holds the time that a pod has for its end against the program's own settings, and the settings against
// what an instance needs: it must still take requests while the others learn that it goes.
func TestManifests_StopInTime(t *testing.T) {
	m := read(t)
	var config struct {
		DrainFor       string `json:"drain_for"`
		ShutdownWithin string `json:"shutdown_within"`
	}
	if err := yaml.Unmarshal([]byte(m.config.Data["config.yaml"]), &config); err != nil {
		t.Fatal(err)
	}
	drain, err := time.ParseDuration(config.DrainFor)
	if err != nil {
		t.Fatal(err)
	}
	shutdown, err := time.ParseDuration(config.ShutdownWithin)
	if err != nil {
		t.Fatal(err)
	}
	const toEnd = 5 * time.Second // closing the stores, and the kubelet's own time
	grace := time.Duration(*m.statefulSet.Spec.Template.Spec.TerminationGracePeriodSeconds) * time.Second
	if grace < drain+shutdown+toEnd {
		t.Errorf("a pod is killed after %s; draining and stopping take up to %s", grace, drain+shutdown+toEnd)
	}
	probe := m.statefulSet.Spec.Template.Spec.Containers[0].ReadinessProbe
	if noticed := time.Duration(probe.PeriodSeconds) * time.Second; drain < noticed {
		t.Errorf("drain_for %s is shorter than a probe's period %s", drain, noticed)
	}
}

// TestManifests_KeepTheSpool: what was acknowledged may be on an instance's disk alone.
func TestManifests_KeepTheSpool(t *testing.T) {
	s := read(t).statefulSet.Spec
	kept := s.PersistentVolumeClaimRetentionPolicy
	if kept == nil || kept.WhenDeleted != appsv1.RetainPersistentVolumeClaimRetentionPolicyType || kept.WhenScaled != appsv1.RetainPersistentVolumeClaimRetentionPolicyType {
		t.Errorf("volumes aren't kept: %+v", kept)
	}
	if len(s.VolumeClaimTemplates) != 1 || s.VolumeClaimTemplates[0].Name != "data" {
		t.Fatalf("claims: %+v", s.VolumeClaimTemplates)
	}
	for _, mount := range s.Template.Spec.Containers[0].VolumeMounts {
		if mount.Name == "data" && mount.MountPath == "/var/lib/tongshishang" {
			return
		}
	}
	t.Error("the claim isn't mounted at data_dir")
}

// TestManifests_FitTogether follows every name from one object to another.
func TestManifests_FitTogether(t *testing.T) {
	m := read(t)
	set := m.statefulSet.Spec
	pod := set.Template
	for what, selector := range map[string]*metav1.LabelSelector{
		"stateful set": set.Selector, "disruption budget": m.disruption.Spec.Selector, "network policy": &m.network.Spec.PodSelector,
	} {
		s, err := metav1.LabelSelectorAsSelector(selector)
		if err != nil || s.Empty() || !s.Matches(labels.Set(pod.Labels)) {
			t.Errorf("the %s's selector doesn't choose the pods: %v %v", what, s, err)
		}
	}
	ports := map[string]bool{}
	for _, p := range pod.Spec.Containers[0].Ports {
		ports[p.Name] = true
	}
	for name, s := range m.services {
		if !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(pod.Labels)) || len(s.Spec.Selector) == 0 {
			t.Errorf("service %s doesn't choose the pods", name)
		}
		for _, p := range s.Spec.Ports {
			if !ports[p.TargetPort.StrVal] {
				t.Errorf("service %s goes to a port %q that no container has", name, p.TargetPort.String())
			}
		}
	}
	if m.services[set.ServiceName] == nil {
		t.Errorf("the stateful set's service %q isn't there", set.ServiceName)
	}
	for _, rule := range m.ingress.Spec.Rules {
		for _, p := range rule.HTTP.Paths {
			s := m.services[p.Backend.Service.Name]
			if s == nil || !slices.ContainsFunc(s.Spec.Ports, func(port corev1.ServicePort) bool { return port.Name == p.Backend.Service.Port.Name }) {
				t.Errorf("%s goes to %+v, which isn't there", p.Path, p.Backend.Service)
			}
			if slices.Contains([]string{"/", "/metrics", "/healthz", "/readyz"}, path.Clean(p.Path)) {
				t.Errorf("%s is open to everybody", p.Path)
			}
		}
	}
}

func TestManifests_Volumes(t *testing.T) {
	m := read(t)
	set := m.statefulSet.Spec
	volumes := map[string]bool{}
	for _, v := range set.Template.Spec.Volumes {
		volumes[v.Name] = true
		if v.ConfigMap != nil && v.ConfigMap.Name != m.config.Name {
			t.Errorf("volume %s is of a config map %q that isn't there", v.Name, v.ConfigMap.Name)
		}
	}
	for _, c := range set.VolumeClaimTemplates {
		volumes[c.Name] = true
	}
	for _, c := range append(set.Template.Spec.InitContainers, set.Template.Spec.Containers...) {
		for _, mount := range c.VolumeMounts {
			if !volumes[mount.Name] {
				t.Errorf("container %s mounts %q, which isn't there", c.Name, mount.Name)
			}
		}
		if s := c.SecurityContext; s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || *s.AllowPrivilegeEscalation {
			t.Errorf("container %s may write to its image or gain rights", c.Name)
		}
	}
	if got := slices.Sorted(maps.Keys(volumes)); !slices.Equal(got, []string{"config", "data", "secrets", "tmp"}) {
		t.Errorf("volumes %q", got)
	}
}
