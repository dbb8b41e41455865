package member_test

import (
	"testing"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

// Somebody with a new phone is still the same person when the row names their account, and so is somebody whose phone comes later.
func TestImportMembers_NewPhone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		_, first, err := importMembers(t, s, "name,phone,role,channel,user\n钱八,13800000008,member,qun,wxid_q\n周二,,member,,\n")
		if err != nil {
			t.Fatal(err)
		}
		count, second, err := importMembers(t, s, "name,phone,role,channel,user\n钱八,13800000018,member,qun,wxid_q\n周二,13800000012,member,,\n")
		if err != nil || count.String() != "新增 0,更新 2,未变 0" {
			t.Fatalf("%v, %v", count, err)
		}
		var phones map[int64]string
		if err := s.Read(t.Context(), func(tx *store.Tx) (err error) {
			phones, err = tx.Phones([]int64{first[0].ID, first[1].ID})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if first[0].ID != second[0].ID || first[1].ID != second[1].ID || phones[first[0].ID] != "13800000018" || phones[first[1].ID] != "13800000012" {
			t.Errorf("%+v became %+v with %v", first, second, phones)
		}
	})
}
